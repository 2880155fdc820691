/** The operators' routes with their documentation, made from the same declarations: `GET /v1/openapi.json`. */
import { fastifySwagger } from '@fastify/swagger';
import type { FastifyPluginAsync } from 'fastify';

export interface ApiFacts {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly routes: readonly FastifyPluginAsync[];
}

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description: 'An operator token; not needed on the same machine.',
} as const;

/** One plugin; who may ask is decided in front of it. */
export function operatorApi({ title, description, version, routes }: ApiFacts): FastifyPluginAsync {
  return async (app) => {
    await app.register(fastifySwagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title, description, version },
        components: { securitySchemes: { operator: BEARER } },
        security: [{ operator: [] }],
      },
    });
    // The types say what an answer is, and the tests check it; a serializer for each schema would only cost time.
    app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
    for (const one of routes) await app.register(one);
    app.get('/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) => reply.send(app.swagger()));
  };
}
