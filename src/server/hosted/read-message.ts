import type { z } from 'zod';
import { type Agreement, NO_CONSENT } from '../../common/consent.js';
import { EmostreamError } from '../../common/errors.js';
import { parseConsent } from '../declared-consent.js';
import type { consentUpdateSchema } from './schemas.js';

/** @throws EmostreamError BAD_MESSAGE, which names the field and not what is in it */
export function read<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new EmostreamError('BAD_MESSAGE', `${where === '' ? 'the message' : where}: ${issue?.message ?? 'wrong'}`);
}

/** @throws EmostreamError BAD_MESSAGE */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EmostreamError('BAD_MESSAGE', 'a text message must be JSON');
  }
}

/** JSON with a `type`. @throws EmostreamError BAD_MESSAGE */
export function parseTyped(text: string): { type: string } {
  const message = parseJson(text);
  if (typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string') {
    return message as { type: string };
  }
  throw new EmostreamError('BAD_MESSAGE', 'a message must be an object with a type');
}

type DeclaredConsent = z.infer<typeof consentUpdateSchema>['consent'];

/** @throws EmostreamError BAD_MESSAGE */
export function declared(consent: DeclaredConsent | null | undefined): Agreement | undefined {
  if (consent === undefined || consent === null) return undefined;
  if (typeof consent === 'string') return parseConsent(consent);
  return { consent: { ...NO_CONSENT, ...defined(consent) }, showWords: false };
}

function defined<T extends object>(value: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}
