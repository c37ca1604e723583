import { socketAddress } from './addresses.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { ClientError, type ClientErrorCode, toClientError } from './errors.js';
import { whyRefused } from './http.js';
import { platformSocket } from './socket.js';

export interface Opening extends Omit<ConnectionOptions, 'url' | 'token'> {
  server: string | URL;
}

/** What may be known of a token that did not open a socket, and leaves the seat's own ticket to try. */
const TOKEN_FAILED: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>(['UNAUTHENTICATED', 'KEYS_UNAVAILABLE']);

/**
 * Opens a socket by an access token or, where that is not taken any more, by the ticket of a seat.
 * @throws ClientError what the token was refused for
 */
export async function openConnection(
  opening: Opening,
  token: string,
  ticket: string | undefined,
): Promise<{ connection: Connection; byTicket: boolean }> {
  try {
    return { connection: await open(opening, token), byTicket: false };
  } catch (error) {
    if (ticket === undefined || !TOKEN_FAILED.has(toClientError(error).code)) throw error;
    try {
      return { connection: await open(opening, ticket), byTicket: true };
    } catch (second) {
      // Of a ticket that is not good either there is nothing to be told; a server that went meanwhile is another matter.
      throw toClientError(second).code === 'UNAUTHENTICATED' ? error : second;
    }
  }
}

async function open({ server, ...options }: Opening, token: string): Promise<Connection> {
  try {
    return await Connection.open({ url: socketAddress(server), token, ...options });
  } catch (error) {
    // The platform's sockets hide why; a request may be answered (an older server knows nothing of it).
    const hidden = options.socket === platformSocket && error instanceof ClientError && error.code === 'UNREACHABLE';
    throw (hidden && (await whyRefused(server, token))) || error;
  }
}
