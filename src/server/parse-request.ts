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

/** Reads one message of a client. Never throws, whatever the text. */
export function parseRequest(text: string): ParsedRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, id: undefined, error: new EmostreamError('BAD_MESSAGE', 'the message is not JSON') };
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return { ok: true, request: parsed.data };
  return {
    ok: false,
    id: envelopeSchema.safeParse(value).data?.id,
    error: new EmostreamError('BAD_MESSAGE', explain(parsed.error)),
  };
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
