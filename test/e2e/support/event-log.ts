import {
  EmotionFeed,
  type EmotionEvent,
  type EndEvent,
  type MediaEvent,
  requestToken,
  type RoomEvent,
} from '../../../client/lib/index.js';
import { nodeSocket } from '../../../client/lib/node.js';

/** Everything a room's subscriber hears, by the client library; waits are for events, never for time. */
export class EventLog {
  readonly all: RoomEvent[] = [];
  /** When each event arrived, ms on this machine's clock. */
  readonly arrivals = new Map<RoomEvent, number>();
  readonly #feed: EmotionFeed;
  readonly #waiting = new Set<() => void>();

  private constructor(feed: EmotionFeed) {
    this.#feed = feed;
    feed.on('event', (event) => {
      this.all.push(event);
      this.arrivals.set(event, Date.now());
      for (const look of [...this.#waiting]) look();
    });
  }

  static async open(server: string, room: string): Promise<EventLog> {
    const { token } = await requestToken(server, room);
    const log = new EventLog(new EmotionFeed({ server, token, socket: nodeSocket }));
    await log.#feed.start();
    return log;
  }

  close(): void {
    this.#feed.close();
  }

  /** The next emotion event of somebody for which this holds. */
  emotion(participant: string, holds: (event: EmotionEvent) => boolean = () => true): Promise<EmotionEvent> {
    const from = this.all.length;
    return this.#when(() => this.#emotions(participant, from).find(holds));
  }

  /** The next windows of somebody, one after the other; revisions are left out. */
  windows(participant: string, count: number): Promise<EmotionEvent[]> {
    const from = this.all.length;
    return this.#when(() => {
      const events = this.#emotions(participant, from).filter((event) => event.revision === 0);
      return events.length >= count ? events.slice(0, count) : undefined;
    });
  }

  /** The last word on somebody. */
  end(participant: string): Promise<EndEvent> {
    const from = this.all.length;
    return this.#when(() =>
      this.all.slice(from).find((e): e is EndEvent => e.type === 'end' && e.participant === participant),
    );
  }

  /** What is said of the media of somebody, of late or next; with a problem (or null: none), the first that says so. */
  media(participant: string, source: 'camera' | 'microphone', problem?: string | null): Promise<MediaEvent> {
    return this.#when(() =>
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

  #when<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
