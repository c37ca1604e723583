import type { ErrorCode } from '../../src/common/errors.js';
import type { Open } from '../../src/common/open-enum.js';

/** The server's codes, and those that only a client can see. */
export type ClientErrorCode = Open<
  | ErrorCode
  | 'TIMEOUT' // no answer in time
  | 'UNREACHABLE' // no connection to the server
  | 'BAD_REPLY' // the server said something this client does not understand (another version?)
>;

/** The one error class of the client library: a stable code and what happened and what to do. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** Of MOVED: the server to ask in place of the one that was asked. */
  readonly url: string | undefined;

  constructor(code: ClientErrorCode, message: string, options: ErrorOptions & { url?: string | undefined } = {}) {
    super(message, options);
    this.name = 'ClientError';
    this.code = code;
    this.url = options.url;
  }
}

/** Codes after which trying again with the same token is pointless. */
const FINAL: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'WRONG_ROOM',
  'ORIGIN_REFUSED',
]);

export const isFinal = (error: unknown): error is ClientError => error instanceof ClientError && FINAL.has(error.code);

export function toClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ClientError('INTERNAL', message, { cause: error });
}

/** Why this browser cannot take part in a call. */
export class UnsupportedBrowser extends Error {}
