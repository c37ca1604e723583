import { EmostreamError, toEmostreamError } from '../common/errors.js';

/** Says why a command failed and leaves its exit status. */
export function failWith(error: unknown): void {
  const failure = toEmostreamError(error);
  console.error(`emostream: ${failure.message} [${failure.code}]`);
  if (!(error instanceof EmostreamError) && error instanceof Error) console.error(error.stack);
  process.exitCode = 1;
}
