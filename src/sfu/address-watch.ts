import type { Logger } from 'pino';
import { configuredAddresses, type MediaAddress, ownAddresses, usableAddresses } from './media-addresses.js';

export interface AddressWatchOptions {
  rtcHost: string;
  rtcAnnouncedAddress?: string | undefined;
  rtcPort: number;
  logger: Logger;
  /** Moves the media workers to these addresses. */
  move: (addresses: readonly MediaAddress[]) => Promise<void>;
}

/** How soon somebody who joins after a change of network is offered the new addresses, ms. */
const LOOK_EVERY_MS = 5000;

/**
 * The addresses that media are offered on. With `auto` the machine's own, looked up again and again: a laptop takes another
 * network. Ports that were chosen cannot be taken twice, so with `rtcPort` a change is only told.
 */
export class AddressWatch {
  readonly #options: AddressWatchOptions;
  readonly #automatic: boolean;
  #addresses: readonly MediaAddress[];
  #timer: NodeJS.Timeout | undefined;
  /** What could not be listened on, so that it is not tried (and told) at every look. */
  #refused = '';

  private constructor(options: AddressWatchOptions, automatic: boolean, addresses: readonly MediaAddress[]) {
    this.#options = options;
    this.#automatic = automatic;
    this.#addresses = addresses;
  }

  static async create(options: AddressWatchOptions): Promise<AddressWatch> {
    const configured = configuredAddresses(options.rtcHost, options.rtcAnnouncedAddress);
    return new AddressWatch(options, configured === undefined, configured ?? (await usableAddresses()));
  }

  get addresses(): readonly MediaAddress[] {
    return this.#addresses;
  }

  start(): void {
    if (!this.#automatic) return;
    this.#timer = setTimeout(() => this.#again(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param own what the machine has now */
  async look(own: readonly string[] = ownAddresses()): Promise<void> {
    const { logger, move, rtcPort } = this.#options;
    if (own.join() === text(this.#addresses) || own.join() === this.#refused) return;
    const usable = await usableAddresses(own);
    this.#refused = usable.length < own.length ? own.join() : '';
    if (usable.length === 0 || text(usable) === text(this.#addresses)) return;
    const told = { before: text(this.#addresses), now: text(usable) };
    if (rtcPort !== 0) {
      logger.warn(told, 'the machine’s addresses changed; media stay on the old ones for their port is set: restart');
      this.#refused = own.join();
      return;
    }
    try {
      await move(usable);
      this.#addresses = usable;
      logger.info(told, 'the machine’s addresses changed; media of those who join now are offered on the new ones');
    } catch (error) {
      logger.warn({ err: error, ...told }, 'the machine’s addresses changed, and media cannot be offered on them');
    }
  }

  #again(): void {
    const next = () => {
      if (this.#timer) this.start();
    };
    this.look()
      .catch((error: unknown) => this.#options.logger.error({ err: error }, 'addresses not looked up'))
      .then(next, next);
  }
}

const text = (addresses: readonly MediaAddress[]) => addresses.map(({ ip }) => ip).join();
