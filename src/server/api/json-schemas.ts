import { z } from 'zod';
import { EVENT_TYPES, roomEventSchema } from '../../events/schema.js';
import {
  consentAnswerSchema,
  consentRequestSchema,
  errorBodySchema,
  grantsSchema,
  infoSchema,
  notificationSchema,
  requestSchema,
  resultSchemas,
} from '../protocol.js';
import { grantsAnswerSchema, moderationSchema, tokenRequestSchema, tokenResponseSchema } from '../protocol.js';

/** A JSON Schema (2020-12), or a part of one. */
export type JsonSchema = Record<string, unknown>;

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** As it crosses the wire. What the server sends is open to more fields, what it is sent is not (docs/protocol.md). */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  // Named once a file.
  delete json.$schema;
  return json;
}

interface Typed {
  shape: { type: z.ZodLiteral<string> };
}
const typeOf = (schema: Typed): string => schema.shape.type.value;
const byType = (schemas: readonly (z.ZodType & Typed)[]) =>
  new Map(schemas.map((schema) => [typeOf(schema), jsonSchemaOf(schema)]));

/** What is told without being asked: events of a room, and the rest. By type. */
export const eventJson = byType(roomEventSchema.options);
export const notificationJson = byType(notificationSchema.options);
/** What is asked, and the answer to it. By type of the request. */
export const requestJson = byType(requestSchema.options);
export const responseJson = new Map<string, JsonSchema>(
  Object.entries(resultSchemas).map(([type, result]) => [
    type,
    response({ ok: { const: true }, data: jsonSchemaOf(result) }),
  ]),
);
export const errorJson = jsonSchemaOf(errorBodySchema);
export const failureJson = response({ ok: { const: false }, error: errorJson });
export const httpJson = {
  info: jsonSchemaOf(infoSchema),
  'token-request': jsonSchemaOf(tokenRequestSchema),
  'token-response': jsonSchemaOf(tokenResponseSchema),
  grants: jsonSchemaOf(grantsSchema),
  'consent-request': jsonSchemaOf(consentRequestSchema),
  'consent-answer': jsonSchemaOf(consentAnswerSchema),
  moderate: jsonSchemaOf(moderationSchema),
  'grants-answer': jsonSchemaOf(grantsAnswerSchema),
};

function response(fields: JsonSchema): JsonSchema {
  const properties = { type: { const: 'response' }, id: { type: 'integer', minimum: 0 }, ...fields };
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** All of them under the names by which `/schema/NAME.json` gives them out. */
export function schemaFiles(): Map<string, JsonSchema> {
  const files = new Map<string, JsonSchema>();
  const add = (name: string, title: string, schema: JsonSchema) =>
    files.set(name, { $schema: DRAFT, title, ...schema });
  const anyOf = (names: Iterable<string>, prefix: string) => ({
    oneOf: [...names].map((name) => ({ $ref: `${prefix}${name}.json` })),
  });
  add('event', 'Any event of a room', anyOf(EVENT_TYPES, 'event.'));
  add(
    'notification',
    'Anything else that is told without being asked',
    anyOf(notificationJson.keys(), 'notification.'),
  );
  add('request', 'Any request', anyOf(requestJson.keys(), 'request.'));
  for (const [name, schema] of eventJson) add(`event.${name}`, `Event "${name}"`, schema);
  for (const [name, schema] of notificationJson) add(`notification.${name}`, `Notification "${name}"`, schema);
  for (const [name, schema] of requestJson) add(`request.${name}`, `Request "${name}"`, schema);
  for (const [name, schema] of responseJson) add(`response.${name}`, `Answer to "${name}"`, schema);
  add('response.failure', 'A request that failed', failureJson);
  for (const [name, schema] of Object.entries(httpJson)) add(`http.${name}`, `HTTP: ${name}`, schema);
  return files;
}
