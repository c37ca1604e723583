import type { HeardSound } from './heard-sound.js';
import { PieceCutter } from './piece-cutter.js';
import type { PieceSound } from './recogniser.js';
import type { SpeechPiece } from './speech-piece.js';
import { type Heard, SpokenWords } from './spoken-words.js';
import type { Recognised } from './word-times.js';
import type { TranscriptSegment } from '../media/types.js';

/** Silence after which what was said so far is recognised as a whole: should it be a pause, nothing is left to do, ms. */
const SETTLED_MS = 384;
/** Partial words before so much sound are guesses, ms. */
const FIRST_MS = 700;
/** Of the silence after speech so much goes to the recogniser, ms. */
const TAIL_MS = 384;

export type Said = Omit<TranscriptSegment, 'arrivalMs'>;

/** A piece on its way to words. */
export interface Spoken {
  readonly piece: SpeechPiece;
  readonly words: SpokenWords;
  over: boolean;
  /** It could not be recognised, and is not tried again. */
  givenUp: boolean;
  /** The piece was asked for when it was heard up to then, media time, ms… */
  askedAtMs: number;
  /** …and with speech up to then, and with the silence after it. */
  askedToMs: number;
  wholeToMs: number;
}

export interface SpeakerOptions {
  /** The model takes sound as it comes, and must be told that a piece is over. */
  streaming: boolean;
  newId(): number;
  /** Ms of speech between partial words; Infinity: none. */
  everyMs(): number;
  /** The piece is to be recognised. @param partial somebody speaks on */
  ask(spoken: Spoken, partial: boolean): void;
  tell(said: Said): void;
}

/** One person's speech in pieces: when each is recognised, and what is told of it. Pure. */
export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #cutter: PieceCutter;
  #current: Spoken | null = null;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#cutter = new PieceCutter(() => options.newId());
  }

  get speaking(): boolean {
    return this.#current !== null;
  }

  push(frame: HeardSound): void {
    for (const piece of this.#cutter.push(frame)) this.#finish(piece);
    const { piece } = this.#cutter;
    // A piece without speech (what is left after a cut) is none.
    if (this.#current && this.#current.piece !== piece) this.#current = null;
    if (!piece) return;
    this.#current ??= spoken(piece);
    this.#consider(this.#current);
  }

  /** Nothing more comes: what was being said is over. */
  end(): void {
    for (const piece of this.#cutter.end()) this.#finish(piece);
    this.#current = null;
  }

  /** What is to be recognised of a piece now. */
  sound(spoken: Spoken): { sound: PieceSound; heard: Heard } {
    const { piece, over } = spoken;
    const { startMs, spokenToMs } = piece;
    const whole = over || piece.silentMs >= SETTLED_MS;
    spoken.askedToMs = spokenToMs;
    if (whole) spoken.wholeToMs = spokenToMs;
    return {
      sound: soundOf(piece, over),
      heard: { startMs, spokenToMs, voiced: piece.voiced(), whole, final: over },
    };
  }

  recognised({ piece, words, over }: Spoken, recognised: Recognised, heard: Heard): void {
    // It was cut meanwhile: what is said after the cut is of the next piece.
    if (heard.spokenToMs > piece.spokenToMs) return;
    const isLast = over && this.#isAll(heard, piece);
    this.#tell(words.next(recognised, heard, isLast));
  }

  /** It was dropped, or the recogniser failed at it: what is known stands. */
  lost(spoken: Spoken, partial: boolean): void {
    spoken.askedToMs = spoken.wholeToMs = -Infinity;
    if (partial && !spoken.over) return;
    spoken.givenUp = true;
    if (spoken.over) this.#tell(spoken.words.end());
  }

  #consider(current: Spoken): void {
    const { piece, askedAtMs, askedToMs, wholeToMs, givenUp } = current;
    // All that was said is known, or asked for.
    if (givenUp || piece.spokenToMs <= wholeToMs) return;
    if (piece.silentMs >= SETTLED_MS) return this.#ask(current, false);
    // Who just paused is asked about as a whole soon, if they do not go on.
    if (piece.spokenToMs <= askedToMs || piece.silentMs > 0) return;
    const every = this.#options.everyMs();
    const due = askedAtMs === -Infinity ? piece.startMs + Math.max(every, FIRST_MS) : askedAtMs + every;
    if (piece.endMs >= due) this.#ask(current, true);
  }

  #finish(piece: SpeechPiece): void {
    const { streaming } = this.#options;
    const current = this.#current?.piece === piece ? this.#current : spoken(piece);
    this.#current = null;
    current.over = true;
    if (current.givenUp || (!streaming && current.words.wholeToMs === piece.spokenToMs)) {
      this.#tell(current.words.end());
    } else if (streaming || current.wholeToMs !== piece.spokenToMs) {
      this.#ask(current, false);
    }
  }

  #ask(current: Spoken, partial: boolean): void {
    current.askedAtMs = current.piece.endMs;
    current.askedToMs = current.piece.spokenToMs;
    if (!partial) current.wholeToMs = current.piece.spokenToMs;
    this.#options.ask(current, partial);
  }

  /** Nothing of the piece is missing in what the recogniser heard, nor the silence after it, without which it mishears the end. */
  #isAll(heard: Heard, piece: SpeechPiece): boolean {
    return heard.whole && heard.spokenToMs === piece.spokenToMs && (heard.final || !this.#options.streaming);
  }

  #tell(said: Said | null): void {
    if (said) this.#options.tell(said);
  }
}

export function soundOf(piece: SpeechPiece, final: boolean): PieceSound {
  const { id, spokenToMs, speechMs } = piece;
  return { id, samples: piece.samples(spokenToMs + TAIL_MS), speechMs, final };
}

const spoken = (piece: SpeechPiece): Spoken => ({
  piece,
  words: new SpokenWords(piece),
  over: false,
  givenUp: false,
  askedAtMs: -Infinity,
  askedToMs: -Infinity,
  wholeToMs: -Infinity,
});
