import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { type TProperties, Type } from 'typebox';
import type { Clock } from '../../shared/clock.ts';
import type { FlowsParts } from './parts.ts';
import * as schemas from './schemas.ts';
import { listOf, type Now, statusOf } from './view.ts';

type App = FastifyInstance<
  FastifyInstance['server'],
  Parameters<FastifyInstance['routing']>[0],
  Parameters<FastifyInstance['routing']>[1],
  FastifyInstance['log'],
  TypeBoxTypeProvider
>;

interface Problems {
  readonly '4xx': Parameters<typeof Type.Optional>[0];
  readonly '5xx': Parameters<typeof Type.Optional>[0];
}
interface Scope {
  readonly flow: string;
  readonly topic?: string;
  readonly partition?: number;
}

/** Bodies of flows are small: names, lists, numbers. */
const FLOW_BODY_BYTES = 64 * 1024;

/** As a Fastify plugin; who may ask is decided in front of it. @param problem the schema of answers that are not 2xx */
export function flowRoutes(parts: FlowsParts, clock: Clock, problem: Problems['4xx']): FastifyPluginAsync {
  const problems: Problems = { '4xx': problem, '5xx': problem };
  return async (plain) => {
    const app = plain.withTypeProvider<TypeBoxTypeProvider>();
    const now = (): Now => ({ nowMs: clock.now(), monotonicMs: clock.monotonicMs(), process: parts.process });
    reading(app, parts, now, problems);
    changing(app, parts, problems);
    const { operations } = parts;
    const path = { flow: schemas.FlowName };
    const topic = { ...path, topic: schemas.TopicName };
    const partition = { ...topic, partition: schemas.PartitionNumber };
    verbs(app, operations, problems, { url: '/v1/flows/:flow', what: 'flow', params: path, id: 'Flow' });
    verbs(app, operations, problems, {
      url: '/v1/flows/:flow/topics/:topic',
      what: 'topic of a flow',
      params: topic,
      id: 'Topic',
    });
    verbs(app, operations, problems, {
      url: '/v1/flows/:flow/topics/:topic/partitions/:partition',
      what: 'partition of a flow',
      params: partition,
      id: 'Partition',
    });
  };
}

function reading(app: App, parts: FlowsParts, now: () => Now, problems: Problems): void {
  app.get(
    '/v1/flows',
    {
      schema: {
        operationId: 'listFlows',
        summary: 'All flows, a line each',
        response: { 200: schemas.FlowList, ...problems },
      },
    },
    async (): Promise<schemas.FlowList> => listOf(parts.flows(), parts.version, now()),
  );
  app.get(
    '/v1/flows/:flow',
    {
      schema: {
        operationId: 'getFlow',
        summary: 'One flow with its topics and partitions',
        params: Type.Object({ flow: schemas.FlowName }),
        querystring: schemas.FlowQuery,
        response: { 200: schemas.FlowStatus, ...problems },
      },
    },
    async ({ params: { flow }, query }): Promise<schemas.FlowStatus> => {
      parts.operations.slotOf(flow);
      const found = parts.flows().find((one) => one.flow === flow)!;
      return statusOf(found, now(), query);
    },
  );
}

const DONE = { 200: schemas.Done };

function changing(app: App, { operations }: FlowsParts, problems: Problems): void {
  app.post(
    '/v1/flows',
    {
      bodyLimit: FLOW_BODY_BYTES,
      schema: {
        operationId: 'addFlow',
        summary: 'Add a flow to those that run',
        description: 'It is kept beside the pull ledger of its target and survives restarts. No other flow is touched.',
        body: schemas.FlowBody,
        response: { 201: schemas.Done, ...problems },
      },
    },
    async ({ body, operator }, reply) => {
      const done = answer(await operations.add(body, operator ?? null));
      return reply.code(201).send(done);
    },
  );
  app.delete(
    '/v1/flows/:flow',
    {
      schema: {
        operationId: 'removeFlow',
        summary: 'Remove a flow that was added',
        description: 'Its positions stay: added again, it goes on where it was.',
        params: Type.Object({ flow: schemas.FlowName }),
        response: { ...DONE, ...problems },
      },
    },
    async ({ params, operator }) => answer(await operations.remove(params.flow, operator ?? null)),
  );
  const flow = Type.Object({ flow: schemas.FlowName });
  app.put(
    '/v1/flows/:flow/limits',
    {
      schema: {
        operationId: 'setLimits',
        summary: 'Rates of a flow and its topics from now on, over restarts too',
        params: flow,
        body: schemas.Limits,
        response: { ...DONE, ...problems },
      },
    },
    async ({ params, body, operator }) => answer(await operations.limit(params.flow, body, operator ?? null)),
  );
  app.delete(
    '/v1/flows/:flow/limits',
    {
      schema: {
        operationId: 'takeLimitsBack',
        summary: 'Rates as the flow was written',
        params: flow,
        response: { ...DONE, ...problems },
      },
    },
    async ({ params, operator }) => answer(await operations.limit(params.flow, null, operator ?? null)),
  );
  const topic = Type.Object({ flow: schemas.FlowName, topic: schemas.TopicName });
  const topicRoute = (method: 'PUT' | 'DELETE', wanted: boolean, operationId: string, summary: string): void => {
    app.route({
      method,
      url: '/v1/flows/:flow/topics/:topic',
      schema: { operationId, summary, params: topic, response: { ...DONE, ...problems } },
      handler: async ({ params, operator }) => answer(await operations.want(params, wanted, operator ?? null)),
    });
  };
  topicRoute('PUT', true, 'addTopic', "Copy a topic from now on, whatever the flow's lists say");
  topicRoute('DELETE', false, 'removeTopic', "Copy a topic no more, whatever the flow's lists say");
}

interface Place<P extends TProperties> {
  readonly url: string;
  readonly what: string;
  readonly id: string;
  readonly params: P;
}

function verbs<P extends TProperties>(
  app: App,
  operations: FlowsParts['operations'],
  problems: Problems,
  place: Place<P>,
): void {
  const params = Type.Object(place.params);
  const schemaOf = (operationId: string, summary: string) => ({
    operationId,
    summary,
    params,
    response: { ...DONE, ...problems },
  });
  app.post(
    `${place.url}/pause`,
    {
      schema: schemaOf(
        `pause${place.id}`,
        `Pause a ${place.what}: nothing more is fetched until somebody resumes it, over restarts too`,
      ),
    },
    async (request) => answer(await operations.pause(asked(request))),
  );
  app.post(
    `${place.url}/resume`,
    {
      // Without a body: as it is.
      preValidation: async (request) => {
        request.body ??= { accept: false };
      },
      schema: { ...schemaOf(`resume${place.id}`, `Resume a ${place.what}`), body: schemas.Resume },
    },
    async (request) => answer(await operations.resume(asked(request), (request.body as { accept: boolean }).accept)),
  );
  app.post(
    `${place.url}/restart`,
    { schema: schemaOf(`restart${place.id}`, `Restart a ${place.what}: it begins anew from what is committed`) },
    async (request) => answer(await operations.restart(asked(request))),
  );
}

const asked = ({ params, operator }: { params: unknown; operator?: string | null }) => ({
  scope: params as Scope,
  by: operator ?? null,
});

const answer = ({ flow, waitingFor }: { flow: string; waitingFor: readonly string[] }) => ({
  flow,
  done: waitingFor.length === 0,
  waitingFor: [...waitingFor],
});
