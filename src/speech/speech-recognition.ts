import { toEmostreamError } from '../common/errors.js';
import type { Clock } from '../common/clock.js';
import type { DropReason } from '../common/drops.js';
import type { Meter } from '../common/metrics.js';
import { AUDIO_SAMPLE_RATE } from '../media/types.js';
import type { Transcriber, TranscriberFactory, TranscriberOptions } from '../streams/index.js';
import type { SpeechModel } from './model.js';
import { PartialPace } from './partial-pace.js';
import { RecogniserThread, type RecogniserThreadOptions } from './recogniser-thread.js';
import { RecognitionQueue, type Waiting } from './recognition-queue.js';
import { Speaker, type Spoken } from './speaker.js';

/** Pieces that wait for the recogniser, of everybody: half a minute of its time, and far more than should ever wait. */
const MOST_WAITING = 64;
/** With so many whole pieces waiting the thread is behind: partial words give way. */
const BEHIND = 3;

export interface SpeechRecognitionOptions {
  model: SpeechModel;
  meter: Meter;
  clock: Clock;
  /** False: partial words are not to be had at the moment. */
  affordsPartial(): boolean;
  thread?: Pick<RecogniserThreadOptions, 'entry' | 'patienceMs'>;
}

/**
 * Somebody of whom nothing is heard for so many looks (a microphone that was switched off) says no more. Looks are counted, not
 * time: of a process that stood still the sound is yet to come.
 */
const SILENT_LOOKS = 10;
const LOOK_EVERY_MS = 200;

interface Person {
  speaker: Speaker;
  silentLooks: number;
  options: TranscriberOptions;
}

/**
 * Recognises the speech of all people of a process, in one thread: the transcriber that is used where no other is configured.
 * Audio is held for a piece of each who speaks (8 s at most), and for the pieces that wait.
 */
export class SpeechRecognition {
  readonly #options: SpeechRecognitionOptions;
  readonly #thread: RecogniserThread;
  readonly #queue: RecognitionQueue<Person, Spoken>;
  readonly #people = new Set<Person>();
  readonly #pace = new PartialPace();
  #pieces = 0;
  #busy = false;
  #looks: NodeJS.Timeout | undefined;

  constructor(options: SpeechRecognitionOptions) {
    const { model, meter, clock, thread } = options;
    this.#options = options;
    this.#thread = new RecogniserThread({ ...thread, model, meter, clock });
    this.#queue = new RecognitionQueue(MOST_WAITING, (dropped) => this.#overflow(dropped));
  }

  /** Pieces that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** @throws EmostreamError WORKER_DIED when the thread died so often that it is not started any more */
  readonly open: TranscriberFactory = (options): Transcriber => {
    if (this.#thread.hopeless) throw this.#thread.death;
    this.#thread.warmUp();
    const person: Person = {
      options,
      silentLooks: 0,
      speaker: new Speaker({
        streaming: this.#options.model.recogniser === 'online',
        newId: () => ++this.#pieces,
        everyMs: () => this.#everyMs(),
        ask: (spoken, partial) => {
          this.#queue.add({ speaker: person, piece: spoken, partial });
          this.#work();
        },
        tell: (said) => options.onWords({ ...said, arrivalMs: this.#options.clock() }),
      }),
    };
    this.#people.add(person);
    this.#looks ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    return {
      push: (sound) => {
        person.silentLooks = 0;
        person.speaker.push(sound);
      },
      close: () => {
        this.#people.delete(person);
        if (this.#people.size === 0) this.#rest();
        this.#drop('closed', this.#queue.forget(person));
      },
    };
  };

  /** Resolves when its thread has ended, after the piece that it works on. */
  close(): Promise<void> {
    this.#people.clear();
    this.#rest();
    return this.#thread.close();
  }

  #look(): void {
    for (const person of this.#people) {
      person.silentLooks += 1;
      if (person.silentLooks === SILENT_LOOKS) person.speaker.end();
    }
  }

  #rest(): void {
    clearInterval(this.#looks);
    this.#looks = undefined;
  }

  #everyMs(): number {
    if (!this.#options.affordsPartial() || this.#queue.whole >= BEHIND) return Infinity;
    let speaking = 0;
    for (const { speaker } of this.#people) if (speaker.speaking) speaking += 1;
    return this.#pace.everyMs(speaking);
  }

  /** Hands the next piece to the thread, as it is by now. */
  #work(): void {
    if (this.#busy) return;
    const next = this.#queue.next();
    if (!next) return;
    this.#busy = true;
    const { sound, heard } = next.speaker.speaker.sound(next.piece);
    const seconds = sound.samples.length / AUDIO_SAMPLE_RATE;
    const from = performance.now();
    this.#thread
      .recognise(sound)
      .then(({ answer, cpuMs }) => {
        const tookMs = performance.now() - from;
        this.#measure(next.partial, seconds, cpuMs, tookMs);
        if (this.#people.has(next.speaker)) next.speaker.speaker.recognised(next.piece, answer, heard);
        else this.#drop('closed', 1);
      })
      .catch((error: unknown) => this.#failed(next, error))
      .finally(() => {
        this.#busy = false;
        this.#work();
      });
  }

  #measure(partial: boolean, seconds: number, cpuMs: number, tookMs: number): void {
    const { meter } = this.#options;
    this.#pace.took(tookMs, partial);
    const words: 'partial' | 'final' = partial ? 'partial' : 'final';
    meter.observe('emostream_stage_duration_seconds', tookMs / 1000, { stage: partial ? 'words-partial' : 'words' });
    meter.count('emostream_recognition_cpu_seconds_total', { words }, cpuMs / 1000);
    meter.count('emostream_recognised_seconds_total', { words }, seconds);
  }

  #failed({ speaker: person, piece, partial }: Waiting<Person, Spoken>, error: unknown): void {
    const failure = toEmostreamError(error);
    this.#options.meter.count('emostream_errors_total', { code: failure.code });
    this.#drop('failed', 1);
    // Another try might be the thread's end again.
    if (this.#people.has(person)) person.speaker.lost(piece, partial && failure.code === 'INTERNAL');
    if (!this.#thread.hopeless) return;
    for (const { options } of [...this.#people]) options.onError(failure);
  }

  #overflow({ speaker: person, piece, partial }: Waiting<Person, Spoken>): void {
    this.#drop(partial ? 'partial-overflow' : 'piece-overflow', 1);
    person.speaker.lost(piece, partial);
  }

  #drop(reason: DropReason<'speech'>, by: number): void {
    if (by > 0) this.#options.meter.count('emostream_dropped_total', { stage: 'speech', reason }, by);
  }
}
