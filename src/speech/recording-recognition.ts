import type { Meter } from '../common/metrics.js';
import type { Transcriber, TranscriberFactory, TranscriberOptions } from '../streams/index.js';
import type { SpeechModel } from './model.js';
import { PieceCutter } from './piece-cutter.js';
import type { PieceSound } from './recogniser.js';
import { RecogniserThread } from './recogniser-thread.js';
import { soundOf } from './speaker.js';
import type { SpeechPiece } from './speech-piece.js';
import { SpokenWords } from './spoken-words.js';
import type { Recognised } from './word-times.js';

/** Pieces that wait for the recogniser, at most: whoever reads a recording reads no further then. */
const MOST_WAITING = 8;

export interface RecordingRecognitionOptions {
  model: SpeechModel;
  meter: Meter;
  /** Pieces that end before this media time are cut, but not recognised, ms. Default: all are. */
  fromMs?: number;
  /** Recognises a piece; default: in a thread of its own. */
  recognise?: (sound: PieceSound) => Promise<Recognised>;
}

interface Waiting {
  piece: SpeechPiece;
  startMs: number;
}

/**
 * Recognises the speech of a recording: each piece once, when it is over, one after the other. Nothing hurries it, so nothing is
 * dropped and no partial words are made, and what it says depends on the sound alone.
 */
export class RecordingRecognition {
  readonly #options: RecordingRecognitionOptions;
  readonly #thread: RecogniserThread | null;
  readonly #recognise: (sound: PieceSound) => Promise<Recognised>;
  readonly #cutter: PieceCutter;
  readonly #waiting: Waiting[] = [];
  #listener: TranscriberOptions | null = null;
  #pieces = 0;
  #working: Promise<void> | null = null;

  constructor(options: RecordingRecognitionOptions) {
    const { model, meter, recognise } = options;
    this.#options = options;
    // By this machine's clock only the thread's deaths are counted.
    this.#thread = recognise ? null : new RecogniserThread({ model, meter, clock: () => performance.now() });
    this.#recognise = recognise ?? ((sound) => this.#byThread(sound));
    this.#cutter = new PieceCutter(() => ++this.#pieces);
  }

  /** For one speaker. */
  readonly open: TranscriberFactory = (listener): Transcriber => {
    this.#listener = listener;
    return {
      push: (sound) => {
        for (const piece of this.#cutter.push(sound)) this.#ask(piece);
      },
      close: () => {
        this.#listener = null;
        this.#waiting.length = 0;
      },
    };
  };

  /** It has as much to do as it may. */
  get isBehind(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  /** Has its thread load the model before there is anything to recognise. */
  warmUp(): void {
    this.#thread?.warmUp();
  }

  /** The sound is over. */
  end(): void {
    for (const piece of this.#cutter.end()) this.#ask(piece);
  }

  /** Resolves when one more piece is recognised, or nothing waits. */
  async progress(): Promise<void> {
    const before = this.#waiting.length;
    while (this.#working && this.#waiting.length >= before) await this.#working;
  }

  /** Resolves when all is told of what was begun to be said before this media time, ms. */
  async told(beforeMs: number): Promise<void> {
    while (this.#working && this.#waiting.some(({ startMs }) => startMs < beforeMs)) await this.#working;
  }

  /** Resolves when its thread has ended. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    await this.#thread?.close();
  }

  async #byThread(sound: PieceSound): Promise<Recognised> {
    const { answer, cpuMs } = await this.#thread!.recognise(sound);
    this.#options.meter.count('emostream_recognition_cpu_seconds_total', { words: 'final' }, cpuMs / 1000);
    return answer;
  }

  #ask(piece: SpeechPiece): void {
    if (piece.endMs <= (this.#options.fromMs ?? -Infinity)) return;
    this.#waiting.push({ piece, startMs: piece.startMs });
    this.#work();
  }

  /** The piece stands first in line until it is told. */
  #work(): void {
    const next = this.#waiting[0];
    if (this.#working || !next) return;
    this.#working = this.#recognise(soundOf(next.piece, true))
      .then(
        (recognised) => this.#tell(next.piece, recognised),
        (error: unknown) => this.#listener?.onError(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => {
        this.#waiting.shift();
        this.#working = null;
        this.#work();
      });
  }

  #tell(piece: SpeechPiece, recognised: Recognised): void {
    const { startMs, spokenToMs } = piece;
    const heard = { startMs, spokenToMs, voiced: piece.voiced(), whole: true, final: true };
    const said = new SpokenWords(piece).next(recognised, heard, true);
    if (said) this.#listener?.onWords({ ...said, arrivalMs: said.endMs });
  }
}
