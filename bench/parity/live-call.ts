import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { EmostreamClient, requestToken } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { type App, startApp } from '../../src/cli/app.js';
import { EMOTIONS } from '../../src/common/emotions.js';
import type { Config } from '../../src/config/schema.js';
import type { EmotionEvent } from '../../src/events/schema.js';
import { MEDIA_CODECS, TapTransports } from '../../src/sfu/index.js';
import type { Recording } from '../support/recording.js';
import { wallClock } from '../support/shared-timer.js';
import { SyntheticParticipant } from '../support/synthetic-participant.js';
import type { Appearance } from './appearance.js';

/** What one participant sends, and what of it is to be judged. */
export interface Part {
  recording: Recording;
  appearances: readonly Appearance[];
  seconds: number;
}

/** The last window's event, and what may come late. */
const SETTLE_MS = 2500;
const SETUP_MS = 1500;

/** The real server with a subscriber of each room, as an overlay is one. */
export class LiveCall {
  readonly #events = new Map<string, EmotionEvent>();
  readonly #subscribers: EmostreamClient[] = [];
  /** Windows that the server told it has no event for. */
  gaps = 0;

  private constructor(
    readonly app: App,
    private readonly router: types.Router,
  ) {}

  static async start(config: Config, logger: Logger): Promise<LiveCall> {
    const app = await startApp(config, logger);
    const worker = app.server.pool.workers[0]?.worker;
    if (!worker) throw new Error('no mediasoup worker is running');
    return new LiveCall(app, await worker.createRouter({ mediaCodecs: MEDIA_CODECS }));
  }

  /** A client in a room; with `listening` it hears the room's events. */
  async connect(room: string, listening: boolean): Promise<EmostreamClient> {
    const { url } = this.app.server;
    const { token } = await requestToken(url, room);
    const client = new EmostreamClient({ server: url, token, socket: nodeSocket, reconnect: false });
    client.on('event', (event) => {
      if (event.type === 'gap') this.gaps++;
      // A revision takes the place of what it revises.
      if (event.type === 'emotion') this.#events.set(key(event.participant, event.window.start), event);
    });
    await client.connect();
    this.#subscribers.push(client);
    if (listening) await client.subscribe();
    return client;
  }

  /**
   * Plays the parts side by side, a participant each, and answers what the call said of every example.
   * @param offsetMs when the tracks begin, ms after a whole second
   */
  async play(modality: 'face' | 'voice', parts: readonly Part[], offsetMs: number): Promise<Map<number, Answer>> {
    await this.connect(modality, true);
    const taps = new TapTransports(this.router);
    const people: SyntheticParticipant[] = [];
    for (const [i, { recording }] of parts.entries()) {
      people.push(
        await SyntheticParticipant.create({
          ...this.app,
          router: this.router,
          taps,
          recording,
          seed: i + 1,
          room: modality,
          participant: `${modality}-${String(i)}`,
          consent: { face: modality === 'face', voice: modality === 'voice', words: false },
        }),
      );
    }
    const from = Math.ceil((wallClock() + SETUP_MS) / 1000) * 1000;
    for (const { peer } of people) peer.start(from + offsetMs);
    const seconds = Math.max(...parts.map((part) => part.seconds));
    await delay(from + seconds * 1000 + SETTLE_MS - wallClock());
    for (const person of people) person.close();
    const answers = new Map<number, Answer>();
    parts.forEach(({ appearances }, i) => {
      for (const { example, windows } of appearances) {
        const events = windows.map((start) => this.event(`${modality}-${String(i)}`, from + start));
        const present = events.filter((event) => event?.[modality].present === true);
        // A sentence is all of its windows; of a face that does not change the newest event says all.
        answers.set(example, answerOf(modality === 'face' ? present.slice(-1) : present));
      }
    });
    return answers;
  }

  event(participant: string, windowStart: number): EmotionEvent | undefined {
    return this.#events.get(key(participant, windowStart));
  }

  /** Of the window that lies over an instant: not everybody's windows begin with whole seconds. @param at ms */
  eventOver(participant: string, at: number): EmotionEvent | undefined {
    return [...this.#events.values()].find(
      ({ window, ...event }) => event.participant === participant && window.start <= at && at < window.end,
    );
  }

  async close(): Promise<void> {
    for (const client of this.#subscribers) client.close();
    this.router.close();
    await this.app.close();
  }
}

/** The call's distribution over EMOTIONS; null: none of the windows had the modality. */
export type Answer = number[] | null;

/** The mean of the windows' own scores (not the smoothed ones, in which examples mix). */
export function answerOf(events: readonly (EmotionEvent | undefined)[]): Answer {
  const scores = events.flatMap((event) => (event?.scores ? [event.scores] : []));
  if (scores.length === 0) return null;
  return EMOTIONS.map((emotion) => scores.reduce((sum, score) => sum + score[emotion], 0) / scores.length);
}

const key = (participant: string, start: number) => `${participant}@${String(start)}`;
export const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));
