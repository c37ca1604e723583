import { merge, NEVER, type Observable, of, Subject } from 'rxjs';
import type { ParticipantMedia, Track } from '../../analysis/child/participant-media.js';
import type { ConsentTerms } from '../../analysis/messages.js';
import type { Source } from '../../common/consent.js';
import type { AudioChunk, Received, VideoFrame } from '../../media/index.js';
import type { TimedWords } from '../../streams/index.js';

/** What a recording's tracks bring: decoded already. */
export type FileInput = Received<VideoFrame> | AudioChunk;

export class FileTrack implements Track<FileInput> {
  readonly paused = false;
  readonly #input = new Subject<FileInput>();
  readonly input$ = this.#input.asObservable();
  readonly pause$ = new Subject<boolean>();

  give(input: FileInput): void {
    this.#input.next(input);
  }

  close(): void {
    this.#input.complete();
    this.pause$.complete();
  }
}

/**
 * The door by which a recording becomes the streams of a participant, and its time their clock. Nothing is held here. A recording takes the place of a participant: whoever gives it to be analysed answers for the
 * consent of those in it.
 */
export class FileMedia implements ParticipantMedia<FileTrack> {
  readonly phaseMs = 0;
  readonly terms: ConsentTerms;
  readonly terms$: Observable<ConsentTerms>;
  readonly #captions = new Subject<TimedWords>();
  readonly caption$ = this.#captions.asObservable();
  readonly closed$ = NEVER;
  readonly #ticks = new Subject<number>();
  /** The recording's own time, ms: windows close by it. */
  readonly tick$ = this.#ticks.asObservable();
  readonly #judgings = new Subject<number>();
  /** The sound that came is judged. */
  readonly judge$ = this.#judgings.asObservable();
  readonly #cameras = new Subject<FileTrack>();
  #camera: FileTrack | null;
  readonly #microphone: FileTrack | null;

  constructor({ hasVideo, hasAudio, hasWords }: { hasVideo: boolean; hasAudio: boolean; hasWords: boolean }) {
    this.terms = {
      generation: 1,
      consent: { face: hasVideo, voice: hasAudio, words: hasWords },
      given: { face: -1, voice: -1, words: -1 },
      showing: { term: 1, sinceMs: -Infinity },
    };
    this.terms$ = merge(of(this.terms), NEVER);
    this.#camera = hasVideo ? new FileTrack() : null;
    this.#microphone = hasAudio ? new FileTrack() : null;
  }

  track$(source: Source): Observable<FileTrack> {
    if (source === 'camera') return this.#camera ? merge(of(this.#camera), this.#cameras) : NEVER;
    return this.#microphone ? merge(of(this.#microphone), NEVER) : NEVER;
  }

  picture(item: VideoFrame, newScene: boolean): void {
    if (newScene) this.#nextScene();
    this.#camera?.give({ type: 'item', item });
  }

  sound(chunk: AudioChunk): void {
    this.#microphone?.give(chunk);
  }

  caption(words: TimedWords): void {
    this.#captions.next(words);
  }

  /** All media before this time were given, ms. */
  tick(timeMs: number): void {
    this.#ticks.next(timeMs);
  }

  judge(timeMs: number): void {
    this.#judgings.next(timeMs);
  }

  /** Nobody is followed from the picture before into the next. */
  #nextScene(): void {
    const before = this.#camera;
    this.#camera = new FileTrack();
    this.#cameras.next(this.#camera);
    before?.close();
  }
}
