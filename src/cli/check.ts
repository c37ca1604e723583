import { toEmostreamError } from '../common/errors.js';

/** Something of the installation that was looked at. */
export interface Check {
  name: string;
  /** `missing`: not there, and not needed either. */
  state: 'ok' | 'missing' | 'failed';
  detail: string;
  /** What to do; empty when there is nothing to do. */
  advice: string;
}

export const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail, advice: '' });

export const failed = (name: string, error: unknown, advice: string): Check => ({
  name,
  state: 'failed',
  detail: toEmostreamError(error).message,
  advice,
});
