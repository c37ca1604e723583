/** Every code that can cross the wire or end a command. Stable: clients switch on them. */
export const ERROR_CODES = [
  'BAD_MESSAGE', // not JSON, unknown type or wrong field
  'MESSAGE_TOO_LARGE',
  'RATE_LIMITED',
  'UNAUTHENTICATED', // no token, or one that does not verify
  'KEYS_UNAVAILABLE', // the identity provider's keys, by which a token would be checked, cannot be had at the moment
  'FORBIDDEN', // the token does not grant this
  'WRONG_ROOM', // the token is for another room
  'MOVED', // the room is on another node: the error tells its address
  'ORIGIN_REFUSED',
  'CONSENT_REQUIRED',
  'POLICY_FORBIDS', // the server's policy switches this modality off
  'NOT_FOUND',
  'WRONG_STATE', // e.g. produce before join
  'ROOM_IN_USE', // people are in the room into which a recording was to be replayed
  'LIMIT_REACHED',
  'UNSUPPORTED_MEDIA',
  'MEDIA_CORRUPT',
  'MEDIA_EMPTY', // a file without anything in it
  'MEDIA_ENCRYPTED',
  'WORKER_DIED',
  'CONFIG_INVALID',
  'ENGINE_UNAVAILABLE',
  'SPEECH_UNAVAILABLE', // the speech library or one of its models does not load
  'INSTALL_FAILED', // something that was to be fetched or built was not
  'MODEL_INVALID',
  'WINDOW_INVALID',
  'NATS_UNAVAILABLE', // none of the NATS servers can be reached, or they have no JetStream
  'NATS_REFUSED', // NATS does not take our credentials, or does not let us do what we must
  'OVERLOADED',
  'CLOSED',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The one error class of the product: a stable code, what happened and what to do (in the message), and the cause. */
export class EmostreamError extends Error {
  readonly code: ErrorCode;
  /** Of MOVED: where. */
  readonly url: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { url?: string } = {}) {
    super(message, options);
    this.name = 'EmostreamError';
    this.code = code;
    this.url = options.url;
  }
}

/** The first line of what an error says. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

export function toEmostreamError(error: unknown): EmostreamError {
  if (error instanceof EmostreamError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EmostreamError('INTERNAL', message, { cause: error });
}
