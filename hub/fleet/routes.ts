import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId, Epoch } from '../../shared/identity.ts';
import type { FleetParts } from './parts.ts';
import * as schemas from './schemas.ts';
import { type EdgeFacts, stateOf, statusOf, summaryOf } from './view.ts';

const EdgesQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Edges on a page.' }),
    after: Type.Optional(Type.String({ maxLength: 63, description: 'Only edges whose name is behind this one.' })),
    state: Type.Optional(schemas.EdgeState),
  },
  { additionalProperties: false },
);
const EdgeQuery = Type.Object(
  {
    topic: Type.Optional(Type.String({ maxLength: 249, description: 'Only places of this source topic.' })),
    limit: Type.Integer({ minimum: 1, maximum: 20_000, default: 1_000, description: 'Places in the answer.' }),
  },
  { additionalProperties: false },
);
const problems = { '4xx': schemas.ApiError, '5xx': schemas.ApiError };

/** The fleet API as a Fastify plugin; who may ask is decided in front of it. */
export function fleetRoutes(parts: FleetParts, clock: Clock): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<TypeBoxTypeProvider>();
    // The types above say what an answer is, and the tests check it; a serializer for each schema would only cost time.
    app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
    edgeRoutes(app, parts, clock);
    app.get(
      '/v1/hub',
      { schema: { operationId: 'getHub', summary: 'This hub', response: { 200: schemas.HubStatus, ...problems } } },
      async (): Promise<schemas.HubStatus> => {
        const identity = parts.identity();
        const shown = identity && { ...identity };
        const flows = parts.flows === true ? { flows: true } : {};
        return { nowMs: clock.now(), version: parts.version, identity: shown, ...flows, shards: [...parts.shards()] };
      },
    );
  };
}

type App = FastifyInstance<
  FastifyInstance['server'],
  Parameters<FastifyInstance['routing']>[0],
  Parameters<FastifyInstance['routing']>[1],
  FastifyInstance['log'],
  TypeBoxTypeProvider
>;

function edgeRoutes(app: App, parts: FleetParts, clock: Clock): void {
  app.get(
    '/v1/edges',
    {
      schema: {
        operationId: 'listEdges',
        summary: 'All edges, a line each',
        querystring: EdgesQuery,
        response: { 200: schemas.EdgeList, ...problems },
      },
    },
    async ({ query }): Promise<schemas.EdgeList> => {
      const nowMs = clock.now();
      const { limit, after = '', state } = query;
      const wanted = edgesIn(parts, state ?? null, nowMs);
      const behind = wanted.filter((edge) => edge > after);
      const page = behind.slice(0, limit);
      const next = behind.length > page.length ? (page.at(-1) ?? null) : null;
      return { nowMs, total: wanted.length, next, edges: page.map((edge) => summaryOf(factsOf(parts, edge), nowMs)) };
    },
  );
  app.get(
    '/v1/edges/:edge',
    {
      schema: {
        operationId: 'getEdge',
        summary: 'One edge',
        params: Type.Object({ edge: schemas.EdgeName }),
        querystring: EdgeQuery,
        response: { 200: schemas.EdgeStatus, ...problems },
      },
    },
    async ({ params, query }): Promise<schemas.EdgeStatus> => {
      const edge = params.edge as EdgeId;
      const facts = factsOf(parts, edge);
      const { topic, limit } = query;
      if (facts.ledger || facts.contact || new Set(parts.expected()).has(edge)) {
        return statusOf(facts, clock.now(), { topic, limit });
      }
      throw unknown('find edge', edge, 'no such edge was ever heard of, and none has a token');
    },
  );
  app.post(
    '/v1/edges/:edge/epochs/:epoch',
    {
      schema: {
        operationId: 'decideEpoch',
        summary: 'Accept or reject an epoch that is held',
        description:
          'An epoch is held when its predecessor is not known: a very old image of a machine, or a blank replacement. What is accepted may hold records that are in central Kafka already.',
        params: Type.Object({ edge: schemas.EdgeName, epoch: schemas.EpochName }),
        body: schemas.Decision,
        response: { 200: schemas.Decided, ...problems },
      },
    },
    async ({ params, body }) => {
      const { edge, epoch } = params;
      const decided = await parts.decideEpoch(edge as EdgeId, epoch as Epoch, body.decision);
      if (!decided) throw unknown('decide epoch', `${edge}/${epoch}`, 'the ledger has no such epoch');
      return { edge, epoch, state: decided.state, reason: decided.reason };
    },
  );
}

const factsOf = (parts: FleetParts, edge: EdgeId): EdgeFacts => ({
  edge,
  ledger: parts.edge(edge),
  contact: parts.contact(edge),
  connected: parts.isConnected(edge),
});

/** Names of all edges, or of those in a state, in their order. Looks at no edge's streams: there can be very many. */
function edgesIn(parts: FleetParts, state: schemas.EdgeState | null, nowMs: number): EdgeId[] {
  const ledger = new Set(parts.edges());
  const all = [...new Set([...ledger, ...parts.contacts(), ...parts.expected()])].sort();
  if (state === null) return all;
  const stateNow = (edge: EdgeId) =>
    stateOf({ known: ledger.has(edge), contact: parts.contact(edge), connected: parts.isConnected(edge) }, nowMs);
  return all.filter((edge) => stateNow(edge) === state);
}

function unknown(operation: string, subject: string, reason: string): TributaryError {
  const hint = 'GET /v1/edges lists the edges.';
  return new TributaryError({ code: 'notFound', operation, subject, reason, hint, retry: 'final' });
}
