import type { types } from 'mediasoup';
import type { Bulkhead } from '../../common/bulkhead.js';
import { type Schedule, scheduleTimeout } from '../../common/schedule.js';

export interface PresenceOptions {
  transport: types.WebRtcTransport;
  bulkhead: Bulkhead;
  schedule?: Schedule;
  /** They never came, or were lost and did not return. */
  onLost: () => void;
  /** They ended the connection themselves (DTLS close_notify), or it failed for good. */
  onEnd: () => void;
}

/** From the answer on, ICE and DTLS may take so long to come about, ms: gathering and a TURN server included. */
const CONNECT_WITHIN_MS = 30_000;
/** A lost path waits so long for an ICE restart, ms. That it is lost shows after 15 s without a check (src/sfu/transport.ts). */
const RETURN_WITHIN_MS = 20_000;

/** Whether the far end of a session is there: there is no socket that would tell (RFC 9725 §4.2: consent freshness does, RFC 7675). */
export class Presence {
  readonly #options: PresenceOptions;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { transport, bulkhead } = options;
    const judge = bulkhead.wrap(() => this.#judge());
    transport.observer.on('icestatechange', judge).on('dtlsstatechange', judge);
    transport.observer.once(
      'close',
      bulkhead.wrap(() => {
        this.stop();
        options.onEnd();
      }),
    );
    this.#wait(CONNECT_WITHIN_MS);
  }

  stop(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #judge(): void {
    if (this.#closed) return;
    const { iceState, dtlsState } = this.#options.transport;
    const up = (iceState === 'connected' || iceState === 'completed') && dtlsState === 'connected';
    if (up) {
      this.#cancel?.();
      this.#cancel = undefined;
    } else if (iceState === 'disconnected' && !this.#cancel) {
      this.#wait(RETURN_WITHIN_MS);
    }
  }

  #wait(ms: number): void {
    const { schedule = scheduleTimeout, bulkhead, onLost } = this.#options;
    this.#cancel = schedule(
      ms,
      bulkhead.wrap(() => {
        if (this.#closed) return;
        this.stop();
        onLost();
      }),
    );
  }
}
