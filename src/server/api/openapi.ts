import { type ApiPath, GRANTS_PATH, INFO_PATH, MODERATE_PATH, SUBPROTOCOL, TOKEN_PATH } from '../protocol.js';
import { errorJson, httpJson, type JsonSchema } from './json-schemas.js';
import { whipPaths } from './whip-paths.js';

const json = (description: string, schema: JsonSchema): JsonSchema => ({
  description,
  content: { 'application/json': { schema } },
});
const failure = (description: string): JsonSchema => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
});
const anything: JsonSchema = { type: 'object' };
const limited = { '429': failure('Asked too often: RATE_LIMITED, with what to do.') };

const get = (operationId: string, summary: string, responses: JsonSchema): JsonSchema => ({
  get: { operationId, summary, responses: { ...responses, ...limited } },
});

/** Every route: the type says so. */
const paths: Record<ApiPath, JsonSchema> = {
  [INFO_PATH]: get('info', 'What a client should know before it joins', { '200': json('It', httpJson.info) }),
  [TOKEN_PATH]: {
    post: {
      operationId: 'token',
      summary:
        'A token to publish and subscribe in a room, where the server’s door is open (development, or `openDoor`)',
      requestBody: { required: true, content: { 'application/json': { schema: httpJson['token-request'] } } },
      responses: {
        '200': json('A token and its end', httpJson['token-response']),
        '400': failure('BAD_MESSAGE'),
        '403': failure('FORBIDDEN: the door is closed. ORIGIN_REFUSED: pages of this origin may not ask.'),
        '413': failure('MESSAGE_TOO_LARGE'),
        ...limited,
      },
    },
  },
  [GRANTS_PATH]: get('grants', 'What an access token is good for (`Authorization: Bearer …`)', {
    '200': json('It', httpJson['grants-answer']),
    '401': failure('UNAUTHENTICATED'),
    '403': failure('ORIGIN_REFUSED'),
    '503': failure('KEYS_UNAVAILABLE: the identity provider’s keys cannot be had at the moment'),
  }),
  [MODERATE_PATH]: {
    post: {
      operationId: 'moderate',
      summary:
        'Removes somebody, stops or allows their analysis, or ends a call (`Authorization: Bearer …` with the grant `moderate`)',
      requestBody: { required: true, content: { 'application/json': { schema: httpJson.moderate } } },
      responses: {
        '200': json('Done: the answer that the socket gives to the same request', anything),
        '400': failure('BAD_MESSAGE'),
        '401': failure('UNAUTHENTICATED'),
        '403': failure('FORBIDDEN, WRONG_ROOM or ORIGIN_REFUSED'),
        '421': failure('MOVED: another node has the room; the error’s `url` is that node'),
        '404': failure('NOT_FOUND: nobody of that id, or nobody at all, is in the room'),
        ...limited,
      },
    },
  },
  '/metrics': get('metrics', 'Metrics for Prometheus', {
    '200': { description: 'Its text format', content: { 'text/plain': { schema: { type: 'string' } } } },
    '401': failure('UNAUTHENTICATED: it wants `Authorization: Bearer …` with metricsToken'),
    '403': failure('FORBIDDEN: closed beyond loopback, unless metricsToken or metricsPort is set'),
    '404': failure('NOT_FOUND: it has a port of its own (metricsPort)'),
  }),
  '/healthz': get('healthz', 'The process answers', { '200': { description: 'It does' } }),
  '/readyz': get('readyz', 'Whether it can take calls, and what of it cannot', {
    '200': json('It can', anything),
    '503': json('It cannot', anything),
  }),
  '/asyncapi.json': get('asyncapi', 'The WebSocket, as AsyncAPI 3.0', { '200': json('It', anything) }),
  '/openapi.json': get('openapi', 'This document', { '200': json('It', anything) }),
};

/** The HTTP side. OpenAPI 3.1. */
export function openApi(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'emostream: HTTP',
      version: SUBPROTOCOL,
      description:
        'Beside it there are the call page (`/`), the library (`/emostream.js`) and the WebSocket (`/ws`, see /asyncapi.json).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      ...paths,
      ...whipPaths,
      '/schema/{name}.json': {
        parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
        ...get('schema', 'A message as JSON Schema, e.g. `event.emotion`', {
          '200': json('It', anything),
          '404': failure('NOT_FOUND'),
        }),
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Failure: { type: 'object', properties: { error: errorJson }, required: ['error'] } },
    },
  };
}
