import { Cluster } from '../../../shared/kafka/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { type ClientSettings, clientKafkaSettings, fingerprint } from '../config/index.ts';

/** Connections to clusters, shared by all whose settings are the same. */
export class PullClusters {
  readonly #open = new Map<string, Cluster>();
  readonly #defaultClientId: string;

  readonly #telemetry: Telemetry | null;

  constructor(defaultClientId: string, telemetry: Telemetry | null = null) {
    this.#defaultClientId = defaultClientId;
    this.#telemetry = telemetry;
  }

  /** @throws where a file of the settings can't be read any more */
  of(client: ClientSettings): Cluster {
    const key = fingerprint(client);
    const known = this.#open.get(key);
    if (known) return known;
    const cluster = Cluster.open(clientKafkaSettings(client, this.#defaultClientId), this.#telemetry);
    this.#open.set(key, cluster);
    return cluster;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((cluster) => cluster.close()));
    this.#open.clear();
  }
}
