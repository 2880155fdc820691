import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../shared/errors.ts';
import { type StreamId, streamKey } from '../../shared/identity.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { type Destination, type Destinations, isAdmitted, LOST_TOPIC, type ShardState } from '../sequence/index.ts';
import type { ShippedStream, Verified } from '../stages.ts';

import type { RouteTarget, Routing } from './routing.ts';
import { routeMissing } from './targetEvents.ts';
import type { Targets } from './targets.ts';

/** A stream that no route has a topic for: somebody has to change the configuration. */
const NO_ROUTE_RETRY_MS = 60_000;
/** Longest that a shipment waits for its topics; then their streams are answered `PARKED` and the agent comes again. */
const PREPARE_MS = 8_000;

/** Streams without a route that are remembered as told about. */
const MAX_TOLD = 1_000;

export function destinationsOf(routing: Routing, targets: Targets, telemetry: Telemetry): Destinations {
  const told = new Set<string>();
  const tell = ({ edge, topic }: StreamId, reason: string): void => {
    const key = `${edge}/${topic}`;
    if (told.has(key)) return;
    if (told.size >= MAX_TOLD) told.clear();
    told.add(key);
    telemetry.emit(routeMissing, { edge, topic, reason });
  };
  return {
    choose: (stream): Destination => {
      const route = routeOf(routing, stream);
      if ('reason' in route) {
        tell(stream, route.reason);
        return { kind: 'parked', reason: route.reason, retryAfterMs: NO_ROUTE_RETRY_MS };
      }
      return targets.at(route.topic, route.partition, null);
    },
    bound: (_stream, { topic, partition, topicId }) =>
      targets.at(topic, partition, topicId === LOST_TOPIC ? null : topicId),
  };
}

/**
 * Looks up the topics that a shipment may write to, and makes those that are missing. Null: all is known.
 * What could not be had in time is said by the {@link Destinations}.
 */
export function prepareTargets(
  parts: { readonly routing: Routing; readonly targets: Targets },
  state: ShardState,
  shipment: Verified,
): Promise<void> | null {
  const needs = shipment.streams.flatMap((stream) => needOf(parts, state, stream) ?? []);
  if (needs.length === 0) return null;
  const waited = new AbortController();
  const time = sleep(PREPARE_MS, undefined, { signal: waited.signal, ref: false }).catch(() => {});
  return Promise.race([Promise.allSettled(needs).then(() => {}), time]).finally(() => waited.abort());
}

function needOf(
  { routing, targets }: { readonly routing: Routing; readonly targets: Targets },
  state: ShardState,
  stream: ShippedStream,
): Promise<void> | null {
  // A topic that nothing may be written to is not made: anybody with a token could have a thousand of them.
  if (!isAdmitted(state, stream)) return null;
  const open = state.streams.get(streamKey(stream));
  const route = routeOf(routing, stream);
  if (!open) return 'reason' in route ? null : targets.need(route.topic, route);
  // A stream's own target binds. It is made again only once it is written down that what was in it is gone.
  const { topic, topicId, partition } = open.target;
  if (topicId !== LOST_TOPIC || 'reason' in route) return targets.need(topic, null);
  return targets.need(topic, { ...route, partitions: Math.max(route.partitions, partition + 1) });
}

function routeOf(routing: Routing, stream: ShippedStream): RouteTarget | { readonly reason: string } {
  try {
    return routing.target(stream);
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
