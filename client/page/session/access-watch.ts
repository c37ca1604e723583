import type { EmostreamClient } from '../../lib/index.js';
import type { AccessEnd } from './access-end.js';

/** Knows when one's access ends, as the server tells it; it may do so before there is a seat. */
export class AccessWatch {
  #end: AccessEnd | null = null;

  constructor(client: EmostreamClient, onChange: (end: AccessEnd) => void) {
    client.on('notification', (notification) => {
      if (notification.type === 'tokenExpiring') this.#end = { ended: false, until: notification.expiresAt };
      else if (notification.type === 'tokenExpired' && notification.seatUntil !== null) {
        this.#end = { ended: true, until: notification.seatUntil };
      } else return;
      onChange(this.#end);
    });
    client.on('status', ({ state }) => {
      // Another connection, another token.
      if (state === 'connecting') this.#end = null;
    });
  }

  /** Null while it is far. */
  get end(): AccessEnd | null {
    return this.#end;
  }
}
