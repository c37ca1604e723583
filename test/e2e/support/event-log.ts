import {
  EmotionFeed,
  type EmotionEvent,
  type EndEvent,
  type MediaEvent,
  requestToken,
  type RoomEvent,
} from '../../../client/lib/index.js';
import { nodeSocket } from '../../../client/lib/node.js';

/** For what comes by itself, on a machine of any load; then it is said what came in its place, ms. */
const PATIENCE_MS = 150_000;
const SHOWN = 5;

/** Everything a room's subscriber hears, by the client library; waits are for events, never for time. */
export class EventLog {
  readonly all: RoomEvent[] = [];
  /** When each event arrived, ms on this machine's clock. */
  readonly arrivals = new Map<RoomEvent, number>();
  readonly #feed: EmotionFeed;
  readonly #waiting = new Map<() => void, NodeJS.Timeout>();

  private constructor(feed: EmotionFeed) {
    this.#feed = feed;
    feed.on('event', (event) => {
      this.all.push(event);
      this.arrivals.set(event, Date.now());
      for (const look of [...this.#waiting.keys()]) look();
    });
  }

  /** @param token where the server gives none by itself */
  static async open(server: string, room: string, token?: string): Promise<EventLog> {
    const granted = token ?? (await requestToken(server, room)).token;
    const log = new EventLog(new EmotionFeed({ server, token: granted, socket: nodeSocket }));
    await log.#feed.start();
    return log;
  }

  close(): void {
    this.#feed.close();
    for (const look of [...this.#waiting.keys()]) this.#forget(look);
  }

  /** The next emotion event of somebody for which this holds. */
  emotion(participant: string, holds: (event: EmotionEvent) => boolean = () => true): Promise<EmotionEvent> {
    const from = this.all.length;
    return this.#when('a result of them', () => this.#emotions(participant, from).find(holds));
  }

  /** The next windows of somebody, one after the other, until this held for so many; revisions are left out. */
  windows(
    participant: string,
    count: number,
    holds: (event: EmotionEvent) => boolean = () => true,
  ): Promise<EmotionEvent[]> {
    const from = this.all.length;
    return this.#when(`${count} windows`, () => {
      const events = this.#emotions(participant, from).filter((event) => event.revision === 0);
      const last = events.map((event, index) => (holds(event) ? index : -1)).filter((index) => index >= 0)[count - 1];
      return last === undefined ? undefined : events.slice(0, last + 1);
    });
  }

  /** The last word on somebody. */
  end(participant: string): Promise<EndEvent> {
    const from = this.all.length;
    return this.#when('their end', () =>
      this.all.slice(from).find((e): e is EndEvent => e.type === 'end' && e.participant === participant),
    );
  }

  /** What is said of the media of somebody, of late or next; with a problem (or null: none), the first that says so. */
  media(participant: string, source: 'camera' | 'microphone', problem?: string | null): Promise<MediaEvent> {
    return this.#when(`word of their ${source}`, () =>
      this.all.find(
        (event): event is MediaEvent =>
          event.type === 'media' &&
          event.participant === participant &&
          event.source === source &&
          (problem === undefined || event.problem === problem),
      ),
    );
  }

  #emotions(participant: string, from: number): EmotionEvent[] {
    return this.all
      .slice(from)
      .filter((event): event is EmotionEvent => event.type === 'emotion' && event.participant === participant);
  }

  #when<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        this.#forget(look);
        resolve(found);
      };
      const giveUp = () => {
        this.#forget(look);
        const last = this.all.slice(-SHOWN).map((event) => JSON.stringify(event));
        reject(new Error(`waited in vain for ${what}; the last of ${this.all.length} events: ${last.join('\n')}`));
      };
      this.#waiting.set(look, setTimeout(giveUp, PATIENCE_MS));
      look();
    });
  }

  #forget(look: () => void): void {
    clearTimeout(this.#waiting.get(look));
    this.#waiting.delete(look);
  }
}
