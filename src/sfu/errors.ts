import { errors } from 'mediasoup';
import { EmostreamError, toEmostreamError } from '../common/errors.js';

/**
 * mediasoup's errors as the product's. mediasoup checks every structure that a client sends and throws `TypeError` for
 * what is malformed.
 * @param what names the field of the request that mediasoup was given
 */
export function fromMediasoup(error: unknown, what: string): EmostreamError {
  if (error instanceof EmostreamError) return error;
  const options = { cause: error };
  if (error instanceof errors.UnsupportedError) {
    return new EmostreamError('UNSUPPORTED_MEDIA', `${what}: ${error.message}: use the router's capabilities`, options);
  }
  if (error instanceof TypeError) return new EmostreamError('BAD_MESSAGE', `${what}: ${error.message}`, options);
  if (error instanceof errors.WorkerClosedError || (error instanceof Error && error.name === 'InvalidStateError')) {
    return new EmostreamError('CLOSED', `${what}: closed meanwhile; join again`, options);
  }
  return toEmostreamError(error);
}
