import type { types } from 'mediasoup';
import { TAP_PORTS } from './media-ports.js';
import { tapCapabilities } from './tap-codecs.js';

/** Analysis listens on loopback only. */
export const LOOPBACK = '127.0.0.1';

interface Shared {
  opening: Promise<types.PlainTransport>;
  users: number;
}

/**
 * The transports by which one router's media reach analysis: one for each port that an analysis process listens on, shared by the
 * taps that go there, closed with the last of them. The ports are the process's own word, never a client's.
 */
export class TapTransports {
  /** What a consumer on one of them can take. */
  readonly capabilities: types.RtpCapabilities;
  readonly #router: types.Router;
  readonly #byPort = new Map<number, Shared>();

  constructor(router: types.Router) {
    this.#router = router;
    this.capabilities = tapCapabilities(router.rtpCapabilities);
  }

  /** @throws what mediasoup throws when the router or its worker is gone; nothing is held then */
  async take(port: number): Promise<types.PlainTransport> {
    let shared = this.#byPort.get(port);
    if (!shared) this.#byPort.set(port, (shared = { opening: this.#open(port), users: 0 }));
    shared.users += 1;
    try {
      return await shared.opening;
    } catch (error) {
      this.release(port);
      throw error;
    }
  }

  release(port: number): void {
    const shared = this.#byPort.get(port);
    if (!shared || --shared.users > 0) return;
    this.#byPort.delete(port);
    // One that never opened has nothing to close, and whoever waits for it is told.
    shared.opening.then(
      (transport) => transport.close(),
      () => undefined,
    );
  }

  async #open(port: number): Promise<types.PlainTransport> {
    const transport = await this.#router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: LOOPBACK, portRange: TAP_PORTS },
      rtcpMux: true,
      comedia: false,
    });
    try {
      await transport.connect({ ip: LOOPBACK, port });
      return transport;
    } catch (error) {
      transport.close();
      throw error;
    }
  }
}
