import { type Sherpa, sherpa } from './library.js';
import { FRAME_SAMPLES, SileroActivity, type VoiceActivity } from './voice-activity.js';

/** A frame whose loudest sample is under it (-66 dBFS) is of a silent room: nobody hears a voice in it. */
const AUDIBLE = 5e-4;
/** Frames of silence after which a sound's model is another's: a second, in which it still remembers what was said. */
const HELD = Math.ceil(16_000 / FRAME_SAMPLES);
/** Models kept for those who speak next; each has its own weights, 8 MB, and takes as long to load as ten seconds to judge. */
const KEPT = 32;

/** Loading takes a thread tens of milliseconds, in which nothing else is done there. */
export interface LoadLimit {
  /** After a load there is none for so long, ms: whoever has no model meanwhile is not heard to speak yet. */
  restMs: number;
  clock: () => number;
}

/**
 * The voice activity of everybody in a process. A model is taken when a sound begins to be heard and given back in silence, in
 * which nothing is computed: most people of a call are silent most of the time.
 */
export class SileroPool {
  readonly #model: string;
  readonly #library: Sherpa;
  readonly #idle: SileroActivity[] = [];
  readonly #limit: LoadLimit | null;
  #loadedMs = -Infinity;

  /**
   * @param limit null: models are loaded as they are needed
   * @throws EmostreamError SPEECH_UNAVAILABLE when the library or the model does not load
   */
  constructor(model: string, limit: LoadLimit | null = null, library = sherpa()) {
    this.#model = model;
    this.#library = library;
    this.#limit = limit;
    this.#idle.push(this.#load());
  }

  /** Models that wait for somebody to speak. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Voice activity of one sound. */
  open(): VoiceActivity {
    let used: SileroActivity | null = null;
    let silent = 0;
    const release = () => {
      if (used && this.#idle.length < KEPT) this.#idle.push(used);
      used = null;
    };
    return {
      hears: (frame) => {
        silent = isAudible(frame) ? 0 : silent + 1;
        if (silent > HELD) release();
        if (silent > 0 && !used) return false;
        used ??= this.#take();
        return used?.hears(frame) ?? false;
      },
      // Silence that is not sent is a gap: nothing is held through it.
      reset: release,
      close: release,
    };
  }

  #take(): SileroActivity | null {
    const activity = this.#idle.pop();
    if (!activity) return this.#mayLoad() ? this.#load() : null;
    activity.reset();
    return activity;
  }

  #mayLoad(): boolean {
    return this.#limit === null || this.#limit.clock() - this.#loadedMs >= this.#limit.restMs;
  }

  #load(): SileroActivity {
    const activity = new SileroActivity(this.#model, this.#library);
    this.#loadedMs = this.#limit?.clock() ?? 0;
    return activity;
  }
}

function isAudible(frame: Float32Array): boolean {
  for (const sample of frame) if (sample > AUDIBLE || sample < -AUDIBLE) return true;
  return false;
}
