import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, WS_PATH } from '../protocol.js';
import { hostedChannels } from './hosted-channels.js';
import {
  eventJson,
  failureJson,
  type JsonSchema,
  notificationJson,
  requestJson,
  responseJson,
} from './json-schemas.js';

const CHANNEL = '#/channels/socket';

/** Describes the socket as the server sees it: what it receives and answers, and what it sends of itself. AsyncAPI 3.0. */
export function asyncApi(): JsonSchema {
  const messages: Record<string, JsonSchema> = {};
  const add = (name: string, payload: JsonSchema) => {
    messages[name] = { name, contentType: 'application/json', payload };
    return { $ref: `${CHANNEL}/messages/${name}` };
  };
  const operations: Record<string, JsonSchema> = {};
  const failure = add('response.failure', failureJson);
  for (const [type, schema] of requestJson) {
    operations[`ask.${type}`] = {
      action: 'receive',
      channel: { $ref: CHANNEL },
      messages: [add(`request.${type}`, schema)],
      reply: { channel: { $ref: CHANNEL }, messages: [add(`response.${type}`, responseJson.get(type) ?? {}), failure] },
    };
  }
  const told = (title: string, kind: string, schemas: ReadonlyMap<string, JsonSchema>) => ({
    action: 'send',
    title,
    channel: { $ref: CHANNEL },
    messages: [...schemas].map(([type, schema]) => add(`${kind}.${type}`, schema)),
  });
  operations['tell.events'] = told('Events of the rooms that were subscribed to', 'event', eventJson);
  operations['tell.notifications'] = told('What is told without being asked', 'notification', notificationJson);
  const own = Object.keys(messages);
  const hosted = hostedChannels();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'emostream: the WebSocket',
      version: SUBPROTOCOL,
      description:
        'Emotion of people in live calls. How the protocol may change: docs/protocol.md. Readers ignore fields, types of messages ' +
        'and values of open enumerations (`anyOf` an `enum` and a string) that they do not know.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:8080', protocol: 'ws', security: [{ $ref: '#/components/securitySchemes/token' }] },
    },
    channels: {
      socket: {
        address: WS_PATH,
        description:
          `A token is shown in the upgrade: "Authorization: Bearer JWT", or as the subprotocol "${TOKEN_SUBPROTOCOL_PREFIX}JWT" ` +
          `beside "${SUBPROTOCOL}".`,
        messages: Object.fromEntries(own.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      },
      ...hosted.channels,
    },
    operations: { ...operations, ...hosted.operations },
    components: {
      messages: { ...messages, ...hosted.messages },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
