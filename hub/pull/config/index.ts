/**
 * The configuration of pulls: what is copied from where to where, and how.
 *
 * Two files say it, MirrorMaker 2's properties ({@link readMm2}) and `clusters:` and `flows:` of hub.yaml
 * ({@link readPullYaml}); both end in the same {@link PullSettings}, which {@link toYaml} and {@link toProperties} print
 * again, so that one can be had as the other.
 *
 * Life of a properties file: Java's grammar, ISO-8859-1 -> `${...}` of config providers filled in -> each line judged by
 * the property that it sets (`flowProperties`, `clientProperties`, `workerProperties`: name, type, default of Kafka 4.3.0,
 * meaning, or why there is none) -> laid over each other as MirrorMaker 2's driver does (`layers.ts`) -> flows and clients
 * -> stores and certificates opened once.
 *
 * Invariants
 * - All mistakes are told at once, with key and line; then nothing of the file counts.
 * - A name that MirrorMaker 2 ignores is a remark with the nearest known one, never a mistake: the same file must start
 *   both. A name that begins with `tributary.` is ours, and a mistake when it is not known.
 * - What can't be honoured (Java classes, Kerberos) is a mistake that says what to use instead. What has nothing to set
 *   here (Connect's workers, tuning of batches) is a remark.
 * - A secret is never shown: it prints as the reference that it came from, or as an environment variable to set.
 * - Which pairs run: for every ordered pair of clusters, where `A->B.enabled`, or where its heartbeats are not off.
 * - The oracle is Kafka's own jar (`test/hub/pull/config/oracle.test.ts`): names, types, defaults and layers are compared.
 */
export { addedFlowOptions, type FlowConfig, type PullConfig, pairsFit, pullOptions, pullParts } from './flowOptions.ts';
export { clientKafkaSettings } from './material.ts';
export { type Loaded, type Mm2Options, readMm2 } from './mm2.ts';
export { pullPage } from './page.ts';
export { fingerprint, type Printed } from './print.ts';
export { toProperties } from './printProperties.ts';
export { toYaml } from './printYaml.ts';
export type * from './settings.ts';
export { verdictPage } from './verdictPage.ts';
export { flowOf, pullSettings, readPullYaml } from './yaml.ts';
