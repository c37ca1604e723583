import type { TestClient } from '../../test/server/support/test-client.js';
import type { WantedTracks } from './ingress.js';

/** How those in a call reach the server, which may be another process by now. */
export interface CallAccess {
  /** The call is over: nobody comes back. */
  readonly closed: boolean;
  /** A socket with a token of its own. @throws when the server does not take it */
  connect(room: string, subject?: string): Promise<TestClient>;
  /** The same, tried until it is taken or the call is over (null). */
  reconnect(room: string, subject?: string): Promise<TestClient | null>;
  /** Resolves when the server process that runs now is ready for people whose media come by a plain transport. */
  prepare(): Promise<void>;
  /** @returns the UDP port of 127.0.0.1 that takes the packets of the tracks of somebody who joined */
  takeMedia(room: string, participant: string, wanted: WantedTracks): Promise<number>;
}
