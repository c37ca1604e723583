import type { TimedWord } from '../media/types.js';
import type { TranscriptSegment } from '../media/types.js';
import type { SpeechPiece, Stretch } from './speech-piece.js';
import { type Recognised, spreadWords, wordsOfTokens } from './word-times.js';

/** A piece as it was when it was handed to the recogniser. */
export interface Heard {
  startMs: number;
  /** Speech was heard up to then, media time, ms. */
  spokenToMs: number;
  voiced: readonly Stretch[];
  /** With the silence after what was said… */
  whole: boolean;
  /** …and the piece was over. */
  final: boolean;
}

/** So much speech is not without words, ms. */
const LONG_SPEECH_MS = 1000;

/**
 * What was told of one piece, and what is to be told next. Each result takes the place of the one before; words that stay the
 * same stay where they were.
 */
export class SpokenWords {
  readonly #piece: SpeechPiece;
  #words: TimedWord[] = [];
  #text = '';
  #told = false;
  #wholeToMs = -Infinity;
  #ended = false;

  constructor(piece: SpeechPiece) {
    this.#piece = piece;
  }

  /** Speech up to then is in what is known, with the silence after it, media time, ms. */
  get wholeToMs(): number {
    return this.#wholeToMs;
  }

  /** @returns what is to be told, if it is new */
  next(recognised: Recognised, heard: Heard, final: boolean): Omit<TranscriptSegment, 'arrivalMs'> | null {
    if (heard.whole) this.#wholeToMs = heard.spokenToMs;
    const { text } = recognised;
    const isLoss = text === '' && this.#text !== '' && this.#piece.speechMs >= LONG_SPEECH_MS;
    const changed = !isLoss && text !== this.#text;
    if (changed) {
      this.#text = text;
      this.#words =
        wordsOfTokens(recognised, heard.startMs, heard.voiced) ?? spreadWords(text, heard.voiced, this.#words);
    }
    if (final) return this.end();
    return changed ? this.#tell(false) : null;
  }

  /** Nothing more is to come: what is known is final. Once. */
  end(): Omit<TranscriptSegment, 'arrivalMs'> | null {
    if (this.#ended) return null;
    this.#ended = true;
    return this.#told || this.#text !== '' ? this.#tell(true) : null;
  }

  #tell(final: boolean): Omit<TranscriptSegment, 'arrivalMs'> {
    this.#told = true;
    const { id, startMs, endMs } = this.#piece;
    return {
      text: this.#text,
      startMs: this.#words[0]?.startMs ?? startMs,
      endMs: this.#words.at(-1)?.endMs ?? endMs,
      segment: id,
      final,
      words: this.#words,
    };
  }
}
