import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Config } from '../config/schema.js';
import type { ConnectionGuard } from './connection-guard.js';
import type { Services } from './services.js';
import type { Identity } from './tokens.js';
import type { OpenSockets } from './open-sockets.js';
import { refuseUpgrade } from './upgrade.js';

/** Of an address's share of HTTP requests: checking a signature, a socket, a session. */
const UPGRADE_COST = 5;

export interface UpgradeTurnDeps {
  config: Pick<Config, 'maxSockets' | 'maxSocketsPerToken'>;
  guard: ConnectionGuard;
  /** Those of all doors. */
  sockets: OpenSockets;
  services: Pick<Services, 'limits'>;
  meter: Meter;
  logger: Logger;
}

export interface UpgradeSteps<T extends { identity: Identity }> {
  /** @throws EmostreamError what the upgrade is refused with */
  admit: (address: string) => Promise<T>;
  /** Takes the socket over; synchronous. */
  accept: (admitted: T, address: string) => void;
}

/** What every upgrade of one door goes through before it is a WebSocket, and how it is refused. */
export class UpgradeTurn {
  readonly #deps: UpgradeTurnDeps;
  #closing = false;

  /** @param open digests of the tokens of the sockets that are open at this door, one each */
  constructor(deps: UpgradeTurnDeps, open: () => readonly string[]) {
    this.#deps = deps;
    deps.sockets.addDoor(open);
  }

  /** Whether nobody is let in any more. */
  get closing(): boolean {
    return this.#closing;
  }

  shut(): void {
    this.#closing = true;
  }

  async take<T extends { identity: Identity }>(
    request: IncomingMessage,
    socket: Duplex,
    { admit, accept }: UpgradeSteps<T>,
  ): Promise<void> {
    const { config, guard, sockets, services, meter, logger } = this.#deps;
    // Without a listener a reset during the check would end the process.
    const ignore = () => undefined;
    socket.on('error', ignore);
    sockets.waiting += 1;
    try {
      const address = guard.enter(request, (release) => socket.once('close', release));
      await services.limits.requests.take(address, UPGRADE_COST);
      this.#assertOpen();
      if (sockets.tokens.length + sockets.waiting > config.maxSockets) {
        throw new EmostreamError(
          'LIMIT_REACHED',
          `${config.maxSockets} sockets are open, which is the most (maxSockets)`,
        );
      }
      const admitted = await admit(address);
      this.#assertOpen();
      // Nothing is waited for from here on: of two that come at once the second sees the first.
      this.#assertFewSockets(admitted.identity);
      guard.admit(request);
      socket.off('error', ignore);
      accept(admitted, address);
    } catch (cause) {
      const error = toEmostreamError(cause);
      meter.count('emostream_errors_total', { code: error.code });
      if (error.code === 'INTERNAL') logger.error({ err: cause }, 'an upgrade failed');
      refuseUpgrade(socket, error);
    } finally {
      sockets.waiting -= 1;
    }
  }

  #assertFewSockets({ digest }: Identity): void {
    const { config, sockets } = this.#deps;
    const { maxSocketsPerToken } = config;
    if (sockets.tokens.filter((token) => token === digest).length < maxSocketsPerToken) return;
    this.#deps.meter.count('emostream_refused_total', { what: 'socket' });
    throw new EmostreamError(
      'LIMIT_REACHED',
      `${maxSocketsPerToken} sockets are open with this access token, which is the most (maxSocketsPerToken)`,
    );
  }

  #assertOpen(): void {
    if (this.#closing) throw new EmostreamError('CLOSED', 'the server is closing');
  }
}
