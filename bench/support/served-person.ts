import type { Consent } from '../../src/common/consent.js';
import type { TestClient } from '../../test/server/support/test-client.js';
import type { CallAccess } from './call-access.js';
import type { Impairment } from './impaired-link.js';
import { PacketAccount } from './packet-account.js';
import type { Recording } from './recording.js';
import { wallClock } from './shared-timer.js';
import { SyntheticPeer } from './synthetic-peer.js';

/** How a person's clocks differ from the server's; not at all if not given. */
export interface PersonClock {
  ntpOffsetMs?: number;
  driftPpm?: number;
}

export interface ServedPersonOptions extends PersonClock {
  name: string;
  room: string;
  consent: Consent;
  recording: Recording;
  seed: number;
}

const AGAIN_MS = 300;
/** Seeds of the same person's peers lie so far apart. */
const SEEDS = 1000;

/** Somebody in a call: signalling over a WebSocket, media as RTP. They come back when the room or the server is gone. */
export class ServedPerson {
  readonly packets = new PacketAccount();
  #client: TestClient | null = null;
  #peer: SyntheticPeer | null = null;
  #link: [Impairment, Impairment] = [{}, {}];
  #joins = 0;
  #closed = false;

  private constructor(
    readonly call: CallAccess,
    readonly options: ServedPersonOptions,
  ) {}

  static async join(call: CallAccess, options: ServedPersonOptions): Promise<ServedPerson> {
    const person = new ServedPerson(call, options);
    await call.prepare();
    person.#client = await call.connect(options.room, options.name);
    await person.#enter(person.#client);
    return person;
  }

  get name(): string {
    return this.options.name;
  }
  get room(): string {
    return this.options.room;
  }
  /** What the server told them. */
  get client(): TestClient | null {
    return this.#client;
  }
  /** How often they came back by themselves. */
  get returns(): number {
    return this.#joins - 1;
  }

  impair(sent: Impairment, asked: Impairment): void {
    this.#link = [sent, asked];
    this.#peer?.impair(sent, asked);
  }

  async setConsent(consent: Consent): Promise<void> {
    await this.#client?.request('setConsent', { consent });
  }

  async say(text: string): Promise<void> {
    const now = Date.now();
    await this.#client?.request('caption', { text, startMs: now - 1500, endMs: now, sentMs: now });
  }

  /** Leaves the call in order. */
  async leave(): Promise<void> {
    this.#closed = true;
    await this.#client?.request('leave', {});
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#peer?.close();
    this.#client?.socket.terminate();
  }

  /** Takes a seat on this socket, and watches for what ends it. */
  async #enter(client: TestClient): Promise<void> {
    const { name, room, consent, recording, seed, ntpOffsetMs, driftPpm } = this.options;
    const { participant } = await client.join(name, consent);
    const packets = this.packets.begin();
    this.#peer?.close();
    this.#peer = await SyntheticPeer.sendTo(
      async (wanted) => ({ port: await this.call.takeMedia(room, participant, wanted), close: () => undefined }),
      {
        recording,
        seed: seed + SEEDS * this.#joins++,
        ...(ntpOffsetMs === undefined ? {} : { ntpOffsetMs }),
        ...(driftPpm === undefined ? {} : { driftPpm }),
        onSent: (packet) => packets.sent(packet, wallClock()),
        onDelivered: (packet) => packets.delivered(packet),
      },
    );
    this.#peer.impair(...this.#link);
    this.#peer.start();
    void this.#stay(client);
  }

  async #stay(client: TestClient): Promise<void> {
    const resets = client.of('roomReset').length;
    await client.until(() => client.closed ?? client.of('roomReset').length > resets);
    this.#peer?.stop();
    while (!this.#closed && !this.call.closed) {
      const next = client.closed ? await this.call.reconnect(this.room, this.name) : client;
      if (!next) return;
      this.#client = client = next;
      try {
        await this.call.prepare();
        return await this.#enter(client);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
