/** The HTTP routes: agents behind one error format, operators behind another and behind their door. */
import type { Server } from 'node:http';
import {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import { TributaryError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { CONTENT_TYPE, DIGEST_HEADER, digestOf } from '../../shared/wire/index.ts';
import type { Access } from './access.ts';
import { type AgentRequests, askerOf, type Incoming } from './agentRequests.ts';
import { requestAnswered, requestFailed, requestRefused } from './events.ts';
import type { ReceiveParts } from './parts.ts';
import { faultOf, problemBody, problemHeaders, problemJson, RequestFault } from './problems.ts';

/** What else the server shows: registered behind the operators' door, or (a page without data) in front of it. */
export interface MoreRoutes {
  readonly operators?: FastifyPluginAsync;
  readonly everybody?: FastifyPluginAsync;
}

export interface AppDeps {
  readonly server: Server;
  readonly requests: AgentRequests;
  readonly parts: ReceiveParts;
  readonly access: Access;
  readonly more: MoreRoutes;
  readonly telemetry: Telemetry;
  readonly isClosing: () => boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, behind the operators' door; null: somebody on the same machine. */
    operator?: string | null;
  }
}

/** Of a part of an address; more than any name has. */
const MAX_PARAM_CHARS = 4_096;

export function makeApp(deps: AppDeps): FastifyInstance {
  const { more } = deps;
  const app = bareApp(deps);
  app.register(async (scope) => agentScope(scope, deps));
  if (more.everybody) app.register(more.everybody);
  if (more.operators) app.register(operatorScope(more.operators, deps.access));
  return app;
}

/** Without routes: what becomes of errors, and of requests while it closes. */
export function bareApp({
  server,
  telemetry,
  isClosing,
}: Pick<AppDeps, 'server' | 'telemetry' | 'isClosing'>): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => server.on('request', handler),
    bodyLimit: 64 * 1024,
    return503OnClosing: false,
    // A busy machine takes long to load them; that is no error.
    pluginTimeout: 0,
    // What is not known is refused, not dropped.
    ajv: { customOptions: { removeAdditional: false, allErrors: true } },
    forceCloseConnections: 'idle',
    // What is too long for its place is judged there, with its name; an address that can't be read at all is told as any other fault.
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    frameworkErrors: (error, request, reply) => {
      const answer = reply as unknown as FastifyReply;
      void answer.send(problemJson(refused(error, request, answer, telemetry)));
    },
  });
  app.addHook('onRequest', (request, _reply, next) => {
    if (isClosing()) next(closing(request));
    else next();
  });
  app.addHook('onResponse', (request, reply, next) => {
    const seconds = reply.elapsedTime / 1000;
    telemetry.emit(requestAnswered, { route: routeOf(request), status: reply.statusCode, seconds });
    next();
  });
  app.setErrorHandler((error, request, reply) => reply.send(problemJson(refused(error, request, reply, telemetry))));
  app.setNotFoundHandler((request) => {
    throw noSuchRoute(request);
  });
  return app;
}

function agentScope(scope: FastifyInstance, { requests, parts, telemetry }: AppDeps): void {
  // Bodies are read by the handlers, after memory was reserved for them.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.setErrorHandler((error, request, reply) => {
    const fault = refused(error, request, reply, telemetry);
    return reply.type(CONTENT_TYPE).send(problemBody(fault, fault.error.code === 'wrongHub' ? parts.identity() : null));
  });
  const post = (route: string, handle: (incoming: Incoming) => Promise<Buffer>) =>
    scope.post(route, async (request, reply) => {
      const body = await handle({ request: request.raw, response: reply.raw, route });
      return reply.type(CONTENT_TYPE).header(DIGEST_HEADER, digestOf(body)).send(body);
    });
  post('/v1/session', (incoming) => requests.session(incoming));
  post('/v1/shipments', (incoming) => requests.shipment(incoming));
  post('/v1/parts', (incoming) => requests.part(incoming));
  post('/v1/heartbeat', (incoming) => requests.heartbeat(incoming));
}

export function operatorScope(routes: FastifyPluginAsync, access: Access): FastifyPluginAsync {
  return async (scope) => {
    scope.decorateRequest('operator', null);
    scope.addHook('onRequest', async (request) => {
      request.operator = access.operatorOf(askerOf(request.raw));
    });
    await scope.register(routes);
  };
}

/** Sets status and headers for something thrown, and tells telemetry. */
function refused(error: unknown, request: FastifyRequest, reply: FastifyReply, telemetry: Telemetry): RequestFault {
  const route = routeOf(request);
  const fault = faultOf(error, `${request.method} ${route}`);
  const { code, reason } = fault.error;
  const remote = request.raw.socket.remoteAddress ?? '';
  telemetry.emit(requestRefused, { route, remote, status: fault.status, code, reason });
  if (code === 'internal') telemetry.emit(requestFailed, { route, error: fault.error.cause ?? fault.error });
  reply.code(fault.status).headers(problemHeaders(fault));
  return fault;
}

/** A closed set, for labels. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';

function closing(request: FastifyRequest): RequestFault {
  const facts = {
    operation: `${request.method} ${routeOf(request)}`,
    subject: 'the hub',
    reason: 'it is stopping',
  } as const;
  return new RequestFault(new TributaryError({ code: 'closed', ...facts, retry: 'retryable' }), { close: true });
}

function noSuchRoute(request: FastifyRequest): TributaryError {
  const subject = `${request.method} ${request.url.slice(0, 200)}`;
  const hint = 'GET /v1/openapi.json lists the routes.';
  const facts = { operation: 'find route', subject, reason: 'there is no such route', hint } as const;
  return new TributaryError({ code: 'notFound', ...facts, retry: 'final' });
}
