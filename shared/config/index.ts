/**
 * Configuration: declared once, read once.
 *
 * A role declares its options with the helpers here (`agent/config.ts`, `hub/config.ts`): type, check, default and
 * meaning together. From that one declaration come the static type, the reader's messages, the JSON Schema for editors
 * and the pages in docs/reference.
 *
 * Life of a file: YAML with places kept -> `${env:X}` and `${file:/path}` filled in -> each value read by its option
 * (sizes to bytes, durations to ms, secrets wrapped, paths made absolute) -> checks over several options.
 *
 * Invariants
 * - All mistakes are reported at once, each with path, line and column; one mistake and nothing of the file counts.
 * - A value that came out of a `${...}` never appears in a message; a {@link Secret} prints as `[secret]`.
 * - An unknown key is a mistake. An option without a meaning can't be declared.
 */
export { isLoopback, type ListenAddress, listenText, parseListen, sameListen } from './address.ts';
export { formatProperty, type PropertyEntry, parseProperties } from './javaProperties.ts';
export { jsonSchema, mustBeWritten } from './jsonSchema.ts';
export { type LoadOptions, loadConfig, parseConfig, readText, topLevelKeys } from './load.ts';
export { markdown } from './markdown.ts';
export { ConfigError, type Mistake } from './mistake.ts';
export { nearest } from './nearest.ts';
export { type Check, dictionary, list, oneOf, optional, section, switchOr, type Wrong } from './option.ts';
export { listen, path, url } from './placeOptions.ts';
export { formatDuration, formatSize, parseDuration, parseSize } from './quantity.ts';
export { duration, size } from './quantityOptions.ts';
export { readTree } from './read.ts';
export { Secret } from './secret.ts';
export { parseTree } from './tree.ts';
export { choice, flag, integer, integerOr, secret, text } from './values.ts';
