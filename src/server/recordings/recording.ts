import { EMOTIONS } from '../../common/emotions.js';
import { toScores } from '../../events/build-event.js';
import type { EmotionEvent, RoomEvent, Scores } from '../../events/schema.js';
import { ScoreSmoother } from '../../events/smoothing.js';
import { VOICE_WINDOW_MS, WORDS_WINDOW_MS } from '../../features/types.js';
import type { Words } from '../protocol.js';

/** Somebody who agreed to be in the recording. */
interface Agreed {
  /** Server wall clock, ms. */
  sinceMs: number;
  smoother: ScoreSmoother;
  smoothed: Scores | null;
}

export interface RecordingOptions {
  /** Names it; random, so that nobody agrees to another than they were asked about. */
  id: string;
  room: string;
  /** Time constant of the smoothed scores, ms. */
  smoothingMs: number;
}

/** One recording of a room: who agreed to be in it, since when, and what of the room's events it may hold. Pure: times come in. */
export class Recording {
  readonly id: string;
  readonly room: string;
  readonly #smoothingMs: number;
  readonly #agreed = new Map<string, Agreed>();

  constructor({ id, room, smoothingMs }: RecordingOptions) {
    this.id = id;
    this.room = room;
    this.#smoothingMs = smoothingMs;
  }

  holds(participant: string): boolean {
    return this.#agreed.has(participant);
  }

  /** @returns whether that is news */
  agree(participant: string, nowMs: number): boolean {
    if (this.holds(participant)) return false;
    this.#agreed.set(participant, {
      sinceMs: nowMs,
      smoother: new ScoreSmoother(this.#smoothingMs),
      smoothed: null,
    });
    return true;
  }

  /** They are left out from now on. @returns whether that is news */
  leaveOut(participant: string): boolean {
    return this.#agreed.delete(participant);
  }

  /** What of an event is recorded: nothing that was measured before its person agreed, in no field. Null: it is left out. */
  kept(event: RoomEvent): RoomEvent | null {
    const agreed = this.#agreed.get(event.participant);
    if (!agreed || reachOf(event) < agreed.sinceMs) return null;
    if (event.type !== 'emotion') return event;
    const { faces } = event;
    // Each face's smoothed scores remember as well.
    const plain = faces && { faces: faces.map((face) => ({ ...face, smoothed: null })) };
    return { ...event, smoothed: smoothed(event, agreed), ...plain };
  }

  /** Whether words are recorded. */
  keeps({ participant, startMs }: Words): boolean {
    const agreed = this.#agreed.get(participant);
    return agreed !== undefined && startMs >= agreed.sinceMs;
  }
}

/** Since when media count in what the event says, ms: voice is judged by the trailing 3 s, words by the trailing 8 s. */
function reachOf(event: RoomEvent): number {
  if (event.type !== 'emotion') return 'window' in event ? event.window.start : event.at;
  const { start, end } = event.window;
  if (event.words.present) return end - WORDS_WINDOW_MS;
  return event.voice.present ? end - VOICE_WINDOW_MS : start;
}

/** The event's own smoothed scores remember seconds before the agreement. */
function smoothed({ revision, scores, window }: EmotionEvent, agreed: Agreed): Scores | null {
  if (revision === 0) {
    agreed.smoothed = toScores(agreed.smoother.next(scores && EMOTIONS.map((emotion) => scores[emotion]), window.end));
  }
  return agreed.smoothed;
}
