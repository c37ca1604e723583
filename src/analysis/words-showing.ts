import type { Clock } from '../common/clock.js';
import type { Agreement, Consent } from '../common/consent.js';
import type { DropReason } from '../common/drops.js';
import type { Meter } from '../common/metrics.js';
import { TokenBucket } from '../common/token-bucket.js';
import type { ShownWords } from '../sfu/types.js';
import type { TimedWords } from '../streams/index.js';
import type { Showing } from './messages.js';

export interface WordsShowingDeps {
  clock: Clock;
  meter: Meter;
  /** Hands words on to those who may read them. Must not throw. */
  tell: (words: ShownWords) => void;
}

/** Everybody in the room is sent each of them: so many at once, and so many a second after. Recognisers give two a second. */
const PARTIALS = { burst: 10, perSecond: 5 };
const FINALS = { burst: 40, perSecond: 5 };
export const MAX_SHOWN_CHARACTERS = 1000;
/** Pieces of speech whose numbers are remembered; a correction of an older one would be read as something new. */
const MAX_PIECES = 64;

/**
 * One participant's words on their way to those who may read them: nothing unless its owner shows their words, and nothing that
 * was said before they did. A word that is on its way when they hide them, or withdraw their consent to voice or words, is of an
 * earlier term and goes nowhere. Nothing is kept.
 */
export class WordsShowing {
  readonly #deps: WordsShowingDeps;
  readonly #partials: TokenBucket;
  readonly #finals: TokenBucket;
  #showing: Showing | null = null;
  #term = 0;
  /** The process's numbers of pieces → those of this seat, oldest first. */
  readonly #pieces = new Map<number, number>();
  #lastPiece = 0;

  constructor(deps: WordsShowingDeps) {
    this.#deps = deps;
    this.#partials = new TokenBucket(PARTIALS.burst, PARTIALS.perSecond, deps.clock);
    this.#finals = new TokenBucket(FINALS.burst, FINALS.perSecond, deps.clock);
  }

  /** What an analysis process must know; null: no words are to be told. */
  get showing(): Showing | null {
    return this.#showing;
  }

  agreed(before: Consent, { consent, showWords }: Agreement): void {
    const shown = showWords && consent.words;
    const withdrawn = !shown || (before.voice && !consent.voice) || (before.words && !consent.words);
    if (withdrawn) this.#pieces.clear();
    if (!shown) this.#showing = null;
    else if (!this.#showing) this.#showing = { term: ++this.#term, sinceMs: this.#deps.clock() };
    else if (withdrawn) this.#showing = { ...this.#showing, term: ++this.#term };
  }

  /** Words that a process recognised. @param term that was told to it when it gave them */
  recognised(words: TimedWords, term: number): void {
    if (term !== this.#showing?.term) return void this.#drop('not-shown');
    const { segment, final = true } = words;
    const known = segment !== undefined && this.#pieces.has(segment);
    // What was told of a piece may turn out to have been nothing.
    if (known || words.text.trim()) this.#tell(words, 'voice', final, () => this.#piece(segment));
  }

  /** Words that were sent as a caption. @returns they are shown */
  caption(words: TimedWords): boolean {
    return this.#showing !== null && this.#tell(words, 'caption', true, () => ++this.#lastPiece);
  }

  /** Another process takes over: its numbers have nothing to do with those of the last one. */
  moved(): void {
    this.#pieces.clear();
  }

  close(): void {
    this.#showing = null;
    this.#pieces.clear();
  }

  #tell(words: TimedWords, source: ShownWords['source'], final: boolean, segment: () => number): boolean {
    const { startMs, endMs } = words;
    const text = bounded(words.text.trim());
    if (!(startMs > (this.#showing?.sinceMs ?? Infinity))) return this.#drop('not-shown');
    if (!(endMs >= startMs && endMs < Infinity)) return this.#drop('malformed');
    // The next partial text holds what this one does; a final one is the last of its piece.
    if (!(final ? this.#finals : this.#partials).take()) return this.#drop('words-rate');
    this.#deps.tell({ segment: segment(), text, startMs, endMs, final, source });
    return true;
  }

  #piece(segment: number | undefined): number {
    const known = segment === undefined ? undefined : this.#pieces.get(segment);
    if (known !== undefined) return known;
    const piece = ++this.#lastPiece;
    if (segment === undefined) return piece;
    this.#pieces.set(segment, piece);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > MAX_PIECES && oldest !== undefined) this.#pieces.delete(oldest);
    return piece;
  }

  #drop(reason: DropReason<'words'>): false {
    this.#deps.meter.count('emostream_dropped_total', { stage: 'words', reason });
    return false;
  }
}

/** The end of a text that is too long: what was said last. */
function bounded(text: string): string {
  if (text.length <= MAX_SHOWN_CHARACTERS) return text;
  // Half a surrogate pair is no character.
  return text.slice(-MAX_SHOWN_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '');
}
