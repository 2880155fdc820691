/**
 * Shipments that come in parts, because a link is cut more often than it could carry the whole.
 *
 * - One for each edge, the newest: another one takes its place. Nothing is on disk: after a restart, or at another
 *   instance, the edge begins again.
 * - All together they hold at most `totalBytes`, reserved with the first part, so that what has begun can be finished. When
 *   there is no room for another one, those without a part for `idleMs` give way, the longest idle first; where none does,
 *   the edge is told when to ask again. So a slow edge is not thrown out by the next slow one.
 * - The whole is believed only if it has the checksum that names it.
 */
import type { Clock } from '../../shared/clock.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { type Part, uploadIdOf } from '../../shared/wire/index.ts';
import { uploadBytesHeld } from './events.ts';

export interface UploadSettings {
  readonly totalBytes: number;
  readonly idleMs: number;
  readonly retryAfterMs: number;
}

export const UPLOAD_SETTINGS: UploadSettings = {
  totalBytes: limits.hubUploadBytes,
  idleMs: 2 * 60_000,
  retryAfterMs: 5_000,
};

interface Upload {
  readonly id: Buffer;
  readonly body: Buffer;
  received: number;
  touchedMs: number;
  /** All of it is being taken: it stays until that is over. */
  taken: boolean;
}

export interface UploadProgress {
  readonly received: number;
  readonly retryAfterMs: number;
  /** The whole body, from the last part on. {@link Uploads.done} must be called when it was dealt with. */
  readonly whole: Buffer | null;
}

export class Uploads {
  readonly #settings: UploadSettings;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #uploads = new Map<EdgeId, Upload>();
  #bytes = 0;

  constructor(clock: Clock, telemetry: Telemetry, settings: UploadSettings = UPLOAD_SETTINGS) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#settings = settings;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Parts of one connection are taken in their order. */
  take({ edge, upload: id, offset, total, content }: Part): UploadProgress {
    let upload = this.#uploads.get(edge);
    if (upload === undefined || !upload.id.equals(id) || upload.body.length !== total) {
      if (offset > 0 || content.length === 0) return { received: 0, retryAfterMs: 0, whole: null };
      if (upload?.taken || !this.#makeRoom(edge, total)) return this.#later();
      upload = this.#begin(edge, id, total);
    }
    upload.touchedMs = this.#clock.monotonicMs();
    if (upload.taken) return this.#later(upload.received);
    if (offset !== upload.received) return { received: upload.received, retryAfterMs: 0, whole: null };
    upload.received += content.copy(upload.body, offset);
    if (upload.received < total) return { received: upload.received, retryAfterMs: 0, whole: null };
    if (!uploadIdOf(upload.body).equals(id)) {
      this.#drop(edge);
      return { received: 0, retryAfterMs: 0, whole: null };
    }
    upload.taken = true;
    return { received: total, retryAfterMs: 0, whole: upload.body };
  }

  /** The whole was dealt with. `keep`: it may be asked for again, without its bytes. */
  done(edge: EdgeId, keep: boolean): void {
    const upload = this.#uploads.get(edge);
    if (upload === undefined) return;
    upload.taken = false;
    if (!keep) this.#drop(edge);
  }

  #later(received = 0): UploadProgress {
    return { received, retryAfterMs: this.#settings.retryAfterMs, whole: null };
  }

  #begin(edge: EdgeId, id: Buffer, total: number): Upload {
    const body = Buffer.allocUnsafeSlow(total);
    const upload = { id: Buffer.from(id), body, received: 0, touchedMs: 0, taken: false };
    this.#uploads.set(edge, upload);
    this.#count(total);
    return upload;
  }

  /** In the place of this edge's earlier one, and of those that nothing has come of for long. */
  #makeRoom(edge: EdgeId, bytes: number): boolean {
    this.#drop(edge);
    const { totalBytes, idleMs } = this.#settings;
    const before = this.#clock.monotonicMs() - idleMs;
    while (this.#bytes + bytes > totalBytes) {
      const idle = [...this.#uploads].filter(([, { taken, touchedMs }]) => !taken && touchedMs <= before);
      const [oldest] = idle.sort(([, a], [, b]) => a.touchedMs - b.touchedMs);
      if (oldest === undefined) return false;
      this.#drop(oldest[0]);
    }
    return true;
  }

  #drop(edge: EdgeId): void {
    const upload = this.#uploads.get(edge);
    if (upload === undefined) return;
    this.#uploads.delete(edge);
    this.#count(-upload.body.length);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#telemetry.emit(uploadBytesHeld, { bytes: this.#bytes });
  }
}
