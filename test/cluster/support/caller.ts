import { EmostreamClient, type Missed } from '../../../client/lib/index.js';
import { nodeSocket } from '../../../client/lib/node.js';
import { systemClock } from '../../../src/common/clock.js';
import { rtpCapabilitiesSchema } from '../../../src/common/rtp-schema.js';
import type { RoomEvent } from '../../../src/events/schema.js';
import { mintToken } from '../../../src/server/tokens.js';
import { CLIENT_CAPABILITIES } from '../../../src/sfu/index.js';
import { SECRET } from '../../server/support/test-server.js';

const WORDS = { face: false, voice: false, words: true };
const SAY_EVERY_MS = 500;
/** As the page does. */
const AGAIN_MS = 1000;
const rtpCapabilities = rtpCapabilitiesSchema.parse(CLIENT_CAPABILITIES);

/** Somebody in a call by the client library, who comes back by themselves as the page does; they type, so that every second has words. */
export class Caller {
  readonly events: RoomEvent[] = [];
  readonly missed: Missed[] = [];
  /** Types of notifications. */
  readonly told: string[] = [];
  /** When each seat was taken, and when a connection was lost, on this machine's clock, ms. */
  readonly seats: number[] = [];
  readonly breaks: number[] = [];
  readonly #client: EmostreamClient;
  readonly #talk: NodeJS.Timeout;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(
    server: string,
    token: string,
    readonly name: string,
    readonly room: string,
    sits: boolean,
  ) {
    this.#client = new EmostreamClient({ server, token, socket: nodeSocket });
    this.#client.on('event', (event) => this.events.push(event));
    this.#client.on('missed', (missed) => this.missed.push(missed));
    this.#client.on('notification', ({ type }) => this.told.push(type));
    this.#client.on('connected', ({ again }) => again && sits && void this.#sitAgain());
    this.#client.on('status', ({ state }) => state === 'waiting' && this.breaks.push(systemClock()));
    this.#talk = setInterval(() => sits && this.#say(), SAY_EVERY_MS);
  }

  /** Comes to a server, sits down in the room wherever that is, and hears its events. */
  static async enter(server: string, name: string, room: string): Promise<Caller> {
    const caller = await Caller.#come(server, name, room, true);
    await caller.#sit();
    await caller.#client.subscribe();
    return caller;
  }

  /** Comes to a server, and hears a room's events there, wherever the room is. */
  static async listen(server: string, room: string): Promise<Caller> {
    const caller = await Caller.#come(server, 'listener', room, false);
    await caller.#client.subscribe();
    return caller;
  }

  static async #come(server: string, name: string, room: string, sits: boolean): Promise<Caller> {
    const grants = { room, publish: sits, subscribe: true };
    const life = { ttlSeconds: 3600, nowMs: Date.now(), subject: name };
    const { token } = await mintToken({ secret: new TextEncoder().encode(SECRET) }, grants, life);
    const caller = new Caller(server, token, name, room, sits);
    await caller.#client.connect();
    return caller;
  }

  /** They sit down anew after that. */
  backSince(atMs: number): boolean {
    return (this.seats.at(-1) ?? 0) > atMs;
  }

  /** How many of their own seconds, that began after that, were judged. */
  judgedSince(atMs: number): number {
    const own = (event: RoomEvent) => event.type === 'emotion' && event.participant === this.name;
    return this.events.filter((event) => own(event) && 'window' in event && event.window.start >= atMs).length;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#talk);
    clearTimeout(this.#again);
    this.#client.close();
  }

  async #sit(): Promise<void> {
    await this.#client.request('join', { name: this.name, consent: WORDS, rtpCapabilities });
    this.seats.push(systemClock());
  }

  async #sitAgain(): Promise<void> {
    clearTimeout(this.#again);
    try {
      await this.#sit();
    } catch {
      clearTimeout(this.#again);
      if (!this.#closed) this.#again = setTimeout(() => this.#client.reconnect(), AGAIN_MS);
    }
  }

  #say(): void {
    const now = Date.now();
    const caption = { text: 'what a wonderful day this is', startMs: now - 400, endMs: now, sentMs: now };
    this.#client.request('caption', caption).catch(() => undefined);
  }
}
