import { EmostreamError } from '../../common/errors.js';
import type { InferenceRequestOutcome } from '../../common/engine-names.js';

export type FailedRequest = Exclude<InferenceRequestOutcome, 'ok'>;

/** Longest text of a server that is told on. */
const LONGEST = 200;

/** A request that an inference server did not answer as it should. */
export class ServerFailure extends EmostreamError {
  readonly outcome: FailedRequest;

  constructor(outcome: FailedRequest, message: string, options?: ErrorOptions) {
    super('ENGINE_UNAVAILABLE', message, options);
    this.outcome = outcome;
  }
}

/** What a server says, fit for a line of a log: it may be anything. */
export function saidBy(text: string): string {
  const line = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

export const timedOut = (ms: number): ServerFailure =>
  new ServerFailure('timeout', `it did not answer within ${String(Math.round(ms))} ms`);

export const brokenAnswer = (what: string, cause?: unknown): ServerFailure =>
  new ServerFailure('broken', `its answer cannot be read: ${saidBy(what)}`, { cause });

/** What came of a connection that failed. */
export function connectionFailed(cause: unknown): ServerFailure {
  if (cause instanceof ServerFailure) return cause;
  // Streams of HTTP/2 end with their session, and why that did is the cause.
  const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  return new ServerFailure('unavailable', `the connection failed (${code ?? saidBy(message)})`, { cause });
}

/** @throws ServerFailure instead of whatever reading throws */
export function readOrBroken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw brokenAnswer(error instanceof Error ? error.message : String(error), error);
  }
}
