import { ClientError, UnsupportedBrowser } from '../../lib/errors.js';
import { t } from './current.js';

/** What an error says to somebody in a call, in their language as far as its code is known. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UnsupportedBrowser) return t().unsupported;
  const { errors } = t();
  if (error instanceof ClientError && errors) {
    const known: Partial<Record<string, string>> = errors;
    return known[error.code] ?? error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
