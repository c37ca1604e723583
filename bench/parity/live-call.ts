import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { EmostreamClient, requestToken } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { type App, startApp } from '../../src/cli/app.js';
import type { Consent } from '../../src/common/consent.js';
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

export interface PlayOptions {
  consent?: Consent;
  /** When the tracks begin, ms after a whole second. */
  offsetMs?: number;
  /** When pictures, and when sound begin after that, ms. */
  laterMs?: Record<'video' | 'audio', number>;
}

const EVERYTHING: Consent = { face: true, voice: true, words: true };
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
    const consent = { face: modality === 'face', voice: modality === 'voice', words: false };
    const told = await this.playAll(modality, parts, { consent, offsetMs });
    const answers = new Map<number, Answer>();
    parts.forEach(({ appearances }, i) => {
      for (const { example, windows } of appearances) {
        const events = windows.map((start) => told(i, start));
        const present = events.filter((event) => event?.[modality].present === true);
        // A sentence is all of its windows; of a face that does not change the newest event says all.
        answers.set(example, answerOf(modality === 'face' ? present.slice(-1) : present));
      }
    });
    return answers;
  }

  /**
   * Plays recordings side by side, a participant each.
   * @returns the newest event of the `i`th one's window that begins so many ms after the recording
   */
  async playAll(
    room: string,
    parts: readonly Pick<Part, 'recording' | 'seconds'>[],
    { consent = EVERYTHING, offsetMs = 0, laterMs = { video: 0, audio: 0 } }: PlayOptions = {},
  ): Promise<(i: number, startMs: number) => EmotionEvent | undefined> {
    await this.connect(room, true);
    const taps = new TapTransports(this.router);
    const people: SyntheticParticipant[] = [];
    for (const [i, { recording }] of parts.entries()) {
      people.push(
        await SyntheticParticipant.create({
          ...{ ...this.app, router: this.router, taps, recording, seed: i + 1, room, consent },
          participant: `${room}-${String(i)}`,
          pausedMs: (kind) => laterMs[kind],
        }),
      );
    }
    const from = Math.ceil((wallClock() + SETUP_MS) / 1000) * 1000;
    for (const { peer } of people) peer.start(from + offsetMs);
    const seconds = Math.max(...parts.map((part) => part.seconds));
    await delay(from + seconds * 1000 + SETTLE_MS - wallClock());
    for (const person of people) person.close();
    return (i, startMs) => this.event(`${room}-${String(i)}`, from + startMs);
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

  /** How much was dropped so far, by stage and reason: what a machine that is too busy does shows here. */
  async dropped(): Promise<Record<string, number>> {
    const { body } = await this.app.meter.exposition();
    const all = body.matchAll(/^emostream_dropped_total\{stage="([^"]+)",reason="([^"]+)"\} (\d+)$/gmu);
    return Object.fromEntries(
      [...all].flatMap(([, stage, reason, count]) =>
        Number(count) > 0 ? [[`${stage}, ${reason}`, Number(count)]] : [],
      ),
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
