import { EmostreamError, toEmostreamError } from '../common/errors.js';

/**
 * mediasoup's errors as the product's. A `TypeError` is about what was given (its own check, or the worker's); a plain
 * `Error` is the worker's refusal of something that does not go with what it has: its messages say what ("connect()
 * already called", "MID already exists", see Channel.js, `processResponse`).
 * They are told by their names: the application that attaches to us may have another copy of the package.
 * @param what names the field of the request that mediasoup was given
 */
export function fromMediasoup(error: unknown, what: string): EmostreamError {
  if (error instanceof EmostreamError) return error;
  const options = { cause: error };
  if (hasName(error, 'UnsupportedError')) {
    return new EmostreamError(
      'UNSUPPORTED_MEDIA',
      `${what}: ${messageOf(error)}: use the router's capabilities`,
      options,
    );
  }
  if (isSerialisationFault(error)) {
    return new EmostreamError('WORKER_DIED', `${what}: the media worker is being replaced: join again`, options);
  }
  if (error instanceof TypeError) return new EmostreamError('BAD_MESSAGE', `${what}: ${error.message}`, options);
  if (hasName(error, 'WorkerClosedError', 'InvalidStateError', 'NotFoundError')) {
    return new EmostreamError('CLOSED', `${what}: closed meanwhile; join again`, options);
  }
  if (error instanceof Error && error.constructor === Error) {
    return new EmostreamError('WRONG_STATE', `${what}: ${error.message}`, options);
  }
  return toEmostreamError(error);
}

/**
 * The builder that mediasoup writes requests with was left in the middle of an object by an earlier throw; every request
 * of that worker fails from then on (flatbuffers `Builder.notNested`).
 */
export function isSerialisationFault(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('FlatBuffers:');
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function hasName(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
