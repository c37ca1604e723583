import type { RoomEvent } from '../../src/events/schema.js';
import type { MessageOf, TestClient } from '../../test/server/support/test-client.js';
import type { CallAccess } from './call-access.js';
import { wallClock } from './shared-timer.js';

export type Missed = MessageOf<'missed'>;

const EVENTS = new Set(['emotion', 'gap', 'begin', 'end', 'media']);

/** Hears all that a room tells its subscribers; after a break it goes on after the last that it heard. */
export class Watcher {
  readonly events: RoomEvent[] = [];
  readonly missed: Missed[] = [];
  /** When the socket was closed on it. */
  readonly breaks: number[] = [];
  #client: TestClient;
  #closed = false;

  private constructor(
    readonly call: CallAccess,
    readonly room: string,
    client: TestClient,
  ) {
    this.#client = client;
  }

  static async open(call: CallAccess, room: string): Promise<Watcher> {
    const watcher = new Watcher(call, room, await call.connect(room));
    await watcher.#subscribe();
    return watcher;
  }

  close(): void {
    this.#closed = true;
    this.#client.socket.terminate();
  }

  async #subscribe(): Promise<void> {
    const client = this.#client;
    let read = 0;
    client.socket.on('message', () => {
      for (; read < client.messages.length; read++) {
        const message = client.messages[read]!;
        if (EVENTS.has(message.type)) this.events.push(message as RoomEvent);
        if (message.type === 'missed') this.missed.push(message);
      }
    });
    void client.ended().then(() => this.#return());
    const last = this.events.at(-1);
    await client.request('subscribe', last ? { sinceSeq: last.seq, epoch: last.epoch } : {});
  }

  async #return(): Promise<void> {
    if (this.#closed || this.call.closed) return;
    this.breaks.push(wallClock());
    const client = await this.call.reconnect(this.room);
    if (!client) return;
    this.#client = client;
    await this.#subscribe().catch(() => undefined);
  }
}
