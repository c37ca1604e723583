import { z } from 'zod';
import { EmostreamError } from '../common/errors.js';
import { type Request, requestSchema } from './protocol.js';

export type ParsedRequest =
  | { ok: true; request: Request }
  /** `id` where the message had a usable one, so that the client can tell which request failed. */
  | { ok: false; id: number | undefined; error: EmostreamError };

const envelopeSchema = z.object({ id: z.number().int().nonnegative() });
const MAX_ISSUES = 3;
const MAX_EXPLANATION = 300;

/** Most values of a message; a browser that joins sends some hundred. */
export const MAX_VALUES = 4096;
const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/** How many values a message has, at least about (commas in strings count too): checking costs by them, not by its length. */
export function countValues(message: Buffer): number {
  let values = 1;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at];
    if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
  }
  return values;
}

/**
 * Reads one message of a client. Never throws, whatever the text.
 * @param values see `countValues`
 */
export function parseRequest(text: string, values = countValues(Buffer.from(text))): ParsedRequest {
  if (values > MAX_VALUES) {
    return bad(`a message may have ${MAX_VALUES} values at most`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('the message is not JSON');
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return { ok: true, request: parsed.data };
  return bad(explain(parsed.error), envelopeSchema.safeParse(value).data?.id);
}

function bad(what: string, id?: number): ParsedRequest {
  return { ok: false, id, error: new EmostreamError('BAD_MESSAGE', what) };
}

/** Names the fields that are wrong. zod's messages tell what was expected, never the value. */
function explain(error: z.ZodError): string {
  const lines = error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const path = issue.path.map(String).join('.');
    if (path === 'type') return 'type: no such request';
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  return lines.join('; ').slice(0, MAX_EXPLANATION);
}
