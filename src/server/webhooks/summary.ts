import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import type { Person } from '../../events/bus.js';
import type { EmotionEvent, RoomEvent } from '../../events/schema.js';

/** What one stretch of analysis came to, from `begin` to `end`. Means are over the seconds that had a result. */
export interface Summary extends Person {
  from: number;
  to: number;
  /** Seconds with an emotion event, and those without one although they were analysed. */
  seconds: number;
  gaps: number;
  /** Seconds whose label was a guess, or that had none. */
  uncertain: number;
  labels: Record<Emotion, number>;
  valence: number | null;
  arousal: number | null;
}

/** One second of somebody, as it stands after its newest revision. */
type Second = Pick<EmotionEvent, 'label' | 'uncertain' | 'valence' | 'arousal'>;

interface Account {
  from: number;
  gaps: number;
  settled: Summary;
  sums: { valence: number; arousal: number; count: number };
  /** Seconds that late words may still revise, by their start. */
  open: Map<number, Second>;
}

/** Stretches at a time; the oldest goes at the bound. */
const MAX_ACCOUNTS = 10_000;
/** Words are late by so many seconds at most (option wordsRevisionHorizon). */
const MAX_OPEN = 64;

/** Sums up events of people until they end or are forgotten. Keeps no event. Pure. */
export class Summaries {
  readonly #accounts = new Map<string, Account>();

  get size(): number {
    return this.#accounts.size;
  }

  /** @returns the summary that an `end` completes; null where nothing was measured, or what was is forgotten */
  event(event: RoomEvent): Summary | null {
    const key = keyOf(event);
    if (event.type === 'begin') this.#begin(key, event.at, event);
    const account = this.#accounts.get(key);
    if (!account) return null;
    if (event.type === 'emotion') this.#take(account, event);
    else if (event.type === 'gap') account.gaps += 1;
    else if (event.type === 'end') return this.#end(key, account, event.at);
    return null;
  }

  /** They took back what they had agreed to: what was measured until now counts no more. */
  forget(person: Person): void {
    this.#accounts.delete(keyOf(person));
  }

  #begin(key: string, at: number, { room, participant }: Person): void {
    // A change of what is analysed begins no new stretch.
    if (this.#accounts.has(key)) return;
    const labels = Object.fromEntries(EMOTIONS.map((emotion) => [emotion, 0])) as Record<Emotion, number>;
    const counts = { from: at, to: at, seconds: 0, gaps: 0, uncertain: 0, labels, valence: null, arousal: null };
    const sums = { valence: 0, arousal: 0, count: 0 };
    this.#accounts.set(key, { from: at, gaps: 0, settled: { room, participant, ...counts }, sums, open: new Map() });
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > MAX_ACCOUNTS && oldest !== undefined) this.#accounts.delete(oldest);
  }

  #take({ open, settled, sums }: Account, { window, label, uncertain, valence, arousal }: EmotionEvent): void {
    open.set(window.start, { label, uncertain, valence, arousal });
    for (const [start, second] of open) {
      if (open.size <= MAX_OPEN) return;
      open.delete(start);
      settle(settled, sums, second);
    }
  }

  #end(key: string, { open, settled, sums, gaps }: Account, at: number): Summary | null {
    this.#accounts.delete(key);
    for (const second of open.values()) settle(settled, sums, second);
    const mean = (sum: number) => (sums.count > 0 ? Math.round((sum / sums.count) * 1e4) / 1e4 : null);
    if (settled.seconds + gaps === 0) return null;
    return { ...settled, to: at, gaps, valence: mean(sums.valence), arousal: mean(sums.arousal) };
  }
}

function settle(to: Summary, sums: Account['sums'], { label, uncertain, valence, arousal }: Second): void {
  to.seconds += 1;
  if (label === null || uncertain) to.uncertain += 1;
  else to.labels[label] += 1;
  if (valence === null || arousal === null) return;
  sums.valence += valence;
  sums.arousal += arousal;
  sums.count += 1;
}

const keyOf = ({ room, participant }: Person) => `${room}/${participant}`;
