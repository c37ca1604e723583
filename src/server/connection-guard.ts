import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { addressKey, clientAddress, normalAddress } from './client-address.js';
import type { RateLimit } from './rate-limit.js';

export interface ConnectionGuardOptions {
  /** Connections of one address, WebSockets included. */
  maxPerAddress: number;
  /** New connections of one address. */
  rate: RateLimit;
  /** Connections that have shown no token: those at HTTP, and those that are silent. */
  maxWithoutToken: number;
  /** Reverse proxies: not limited themselves, but those in whose name they ask. */
  trustedProxies: readonly string[];
  meter: Meter;
}

interface Waiting {
  socket: Socket;
  address: string;
}

/**
 * Who may hold a connection. One address has its share and no more. Of all that have shown no token there are so many at a
 * time: at the bound, the address that holds most of them loses its oldest, so those who only occupy connections are put out
 * and whoever comes anew is let in.
 */
export class ConnectionGuard {
  readonly #options: ConnectionGuardOptions;
  readonly #trusted: ReadonlySet<string>;
  /** Connections by address; an address with none has no entry. */
  readonly #held = new Map<string, number>();
  /** Those without a token by their remote end, oldest first. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: ConnectionGuardOptions) {
    this.#options = options;
    this.#trusted = new Set(options.trustedProxies.map(normalAddress));
  }

  /** Connections that have shown no token. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** A TCP connection was accepted; it is refused by destroying it. */
  accept(socket: Socket): void {
    if (this.#trusted.has(normalAddress(socket.remoteAddress))) return;
    const address = addressKey(socket.remoteAddress);
    const release = this.#claim(address);
    if (!release) return void socket.destroy();
    // Before anything of it is read: it is the TLS handshake that costs.
    this.#options.rate.take(address).catch(() => socket.destroy());
    const end = remoteEnd(socket);
    this.#waiting.set(end, { socket, address });
    socket.once('close', () => {
      release();
      if (this.#waiting.get(end)?.socket === socket) this.#waiting.delete(end);
    });
    if (this.#waiting.size > this.#options.maxWithoutToken) this.#putOut();
  }

  /** The connection showed a good token. */
  admit(request: IncomingMessage): void {
    this.#waiting.delete(remoteEnd(request.socket));
  }

  /**
   * In whose name a request is made. What comes through a proxy counts for that address until the release is called that
   * `onEnd` is given.
   * @throws EmostreamError LIMIT_REACHED
   */
  enter(request: IncomingMessage, onEnd: (release: () => void) => void): string {
    const address = clientAddress(request, this.#trusted);
    if (!this.#trusted.has(normalAddress(request.socket.remoteAddress))) return address;
    const release = this.#claim(address);
    if (!release) {
      const most = this.#options.maxPerAddress;
      throw new EmostreamError(
        'LIMIT_REACHED',
        `${most} connections of your address are open, which is the most (maxConnectionsPerAddress)`,
      );
    }
    onEnd(release);
    return address;
  }

  #claim(address: string): (() => void) | undefined {
    const held = this.#held.get(address) ?? 0;
    if (held >= this.#options.maxPerAddress) {
      this.#options.meter.count('emostream_refused_total', { what: 'connection' });
      return undefined;
    }
    this.#held.set(address, held + 1);
    return () => {
      const left = (this.#held.get(address) ?? 1) - 1;
      if (left > 0) this.#held.set(address, left);
      else this.#held.delete(address);
    };
  }

  #putOut(): void {
    const counts = new Map<string, { count: number; oldest: Socket }>();
    let most: { count: number; oldest: Socket } | undefined;
    for (const { socket, address } of this.#waiting.values()) {
      const entry = counts.get(address) ?? { count: 0, oldest: socket };
      entry.count += 1;
      counts.set(address, entry);
      if (!most || entry.count > most.count) most = entry;
    }
    if (!most) return;
    this.#options.meter.count('emostream_refused_total', { what: 'connection' });
    this.#waiting.delete(remoteEnd(most.oldest));
    most.oldest.destroy();
  }
}

/** The same for a TLS socket and the TCP socket under it. */
function remoteEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${String(remotePort)}`;
}
