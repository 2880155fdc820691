/** What a pull does: the one result of both files, MirrorMaker 2's and hub.yaml's. Units last; nothing changes it. */
import type { Secret } from '../../../shared/config/secret.ts';
import type { NameFilterSettings } from '../../../shared/names/index.ts';
import type { StartAt } from './startAt.ts';

/** PEM text from a file, or written in the configuration itself. */
export type Pem = { readonly path: string } | { readonly pem: Secret };

/** A Java key store, JKS or PKCS12: which one, the file itself says. */
export interface Store {
  readonly path: string;
  readonly password: Secret | null;
}

export interface TlsIdentity {
  readonly cert: Pem;
  readonly key: Pem;
  readonly passphrase: Secret | null;
}

export interface StoreIdentity {
  readonly store: Store;
  /** Of the key inside; null: the store's. */
  readonly keyPassword: Secret | null;
}

export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export interface ClientTls {
  /** Whom to trust; null: the authorities that Node.js knows. */
  readonly trust: Pem | { readonly store: Store } | null;
  /** Who we are; null: no certificate is shown. */
  readonly identity: TlsIdentity | StoreIdentity | null;
  /** Whether the broker's host name must stand in its certificate. */
  readonly verifyHostname: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

export type ClientSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: Secret;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: OauthToken };

/** Where an OAUTHBEARER token comes from. */
export type OauthToken =
  | { readonly path: string }
  | {
      readonly endpoint: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly scope: string | null;
    };

/** How a cluster is reached, by one kind of client. */
export interface ClientSettings {
  readonly brokers: readonly string[];
  readonly clientId: string | null;
  readonly tls: ClientTls | null;
  readonly sasl: ClientSasl | null;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export const CLIENT_KINDS = ['consumer', 'producer', 'admin'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];
export type Clients = Readonly<Record<ClientKind, ClientSettings>>;

export interface Repeated {
  readonly enabled: boolean;
  readonly everyMs: number;
}

/** Null: as the copy finds best. */
export interface FetchSettings {
  readonly maxBytes: number | null;
  readonly partitionMaxBytes: number | null;
  readonly minBytes: number | null;
  readonly maxWaitMs: number | null;
  readonly rack: string | null;
}

export interface FlowSettings {
  /** Alias. */
  readonly source: string;
  readonly target: string;
  /** False: nothing is copied; heartbeats may still be written. */
  readonly enabled: boolean;
  readonly clients: { readonly source: Clients; readonly target: Clients };

  readonly topics: Required<NameFilterSettings>;
  readonly groups: Required<NameFilterSettings>;
  readonly replicationPolicy: {
    readonly kind: 'default' | 'identity';
    readonly separator: string;
    /** Whether `separator` is used in the names of internal topics too, instead of `.`. */
    readonly internalTopicSeparator: boolean;
  };
  /** Copies of created topics; -1: the target cluster's default. */
  readonly replicationFactor: number;

  readonly delivery: 'exactlyOnce' | 'atLeastOnce';
  /** Where a partition without a position begins. */
  readonly autoOffsetReset: StartAt;
  readonly isolationLevel: 'readUncommitted' | 'readCommitted';
  readonly fetch: FetchSettings;

  readonly topicRefresh: Repeated;
  readonly groupRefresh: Repeated;
  readonly configSync: Repeated & {
    readonly exclude: readonly string[];
    readonly useDefaultsFrom: 'source' | 'target';
  };
  readonly aclSync: Repeated & { readonly deletions: boolean };
  readonly heartbeats: Repeated & { readonly replicationFactor: number; readonly replicated: boolean };
  readonly offsetSyncs: {
    readonly enabled: boolean;
    readonly location: 'source' | 'target';
    readonly lagMax: number;
    readonly replicationFactor: number;
  };
  readonly checkpoints: Repeated & { readonly replicationFactor: number };
  readonly groupOffsetSync: Repeated;
  readonly adminTimeoutMs: number;
  /** Where MirrorMaker 2 keeps its positions, on the target. */
  readonly mm2OffsetsTopic: string;
  /** Whether they are kept where this flow is. `auto`: where there are some of this flow. `never`: nor are they read. */
  readonly mm2Positions: 'auto' | 'always' | 'never';

  readonly onRecordTooLarge: 'hold' | 'deadLetter';
  readonly onTopicRecreated: 'stop' | 'follow' | 'new';
  readonly provenanceHeaders: boolean;
  /** Null: as fast as it goes. */
  readonly maxBytesPerSecond: number | null;
  readonly maxRecordsPerSecond: number | null;
  readonly topicLimits: TopicLimits;
}

/** By topic, in the order of their names; `*`: each that is not named, by itself. Null: as fast as it goes. */
export type TopicLimits = Readonly<
  Record<string, { readonly maxBytesPerSecond: number | null; readonly maxRecordsPerSecond: number | null }>
>;

export interface PullSettings {
  /** By alias, in the file's order. */
  readonly clusters: Readonly<Record<string, Clients>>;
  /** Only pairs that do something: copy, or write heartbeats. In the order of the clusters, source first. */
  readonly flows: readonly FlowSettings[];
}

/** Something in a file that is no mistake, and that its owner should know. */
export interface Remark {
  /**
   * `unknown`: as in MirrorMaker 2 it does nothing. `noMeaning`: it has nothing to set here. `changed`: it is read, and
   * differs from what is written. `hazard`: it does as it says, and that may hurt.
   */
  readonly kind: 'unknown' | 'noMeaning' | 'changed' | 'hazard';
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly says: string;
}
