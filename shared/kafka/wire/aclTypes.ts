/** Access rules as Kafka's messages have them: each word is one byte. Numbers that are newer than this table read `unknown`. */
export const RESOURCE_TYPES = { any: 1, topic: 2, group: 3, cluster: 4, transactionalId: 5 } as const;
export const PATTERN_TYPES = { any: 1, match: 2, literal: 3, prefixed: 4 } as const;
export const OPERATIONS = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
} as const;
export const PERMISSIONS = { any: 1, deny: 2, allow: 3 } as const;

export type ResourceType = keyof typeof RESOURCE_TYPES | 'unknown';
export type PatternType = keyof typeof PATTERN_TYPES | 'unknown';
export type Operation = keyof typeof OPERATIONS | 'unknown';
export type Permission = keyof typeof PERMISSIONS | 'unknown';

/** One rule: this principal, from this host, may (not) do this with resources of this name. */
export interface AclBinding {
  readonly resourceType: ResourceType;
  readonly resourceName: string;
  readonly patternType: PatternType;
  /** `User:alice`. */
  readonly principal: string;
  /** `*`: any. */
  readonly host: string;
  readonly operation: Operation;
  readonly permission: Permission;
}
/** Null and `any` match everything. */
export type AclFilter = { readonly [K in keyof AclBinding]: AclBinding[K] | null };

const word = <T extends string>(table: Readonly<Record<T, number>>, code: number): T | 'unknown' =>
  (Object.keys(table) as T[]).find((name) => table[name] === code) ?? 'unknown';

export const resourceTypeOf = (code: number): ResourceType => word(RESOURCE_TYPES, code);
export const patternTypeOf = (code: number): PatternType => word(PATTERN_TYPES, code);
export const operationOf = (code: number): Operation => word(OPERATIONS, code);
export const permissionOf = (code: number): Permission => word(PERMISSIONS, code);

/** `unknown` is 0 for Kafka, which refuses it. */
export const codeOf = <T extends string>(table: Readonly<Record<T, number>>, name: T | 'unknown' | null): number =>
  name === null ? 1 : name === 'unknown' ? 0 : table[name];
