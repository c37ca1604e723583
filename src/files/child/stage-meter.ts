import type { Meter } from '../../common/metrics.js';
import type { StageSeconds } from '../messages.js';

/** Stages in which others are done that are counted by themselves, or that are waiting. */
const NOT_WORK = new Set(['voice-encoder', 'encode-voice', 'window_close', 'features', 'words', 'words-partial']);
/** CPU time that threads tell, by the stage that it is of. */
const OF_THREADS: Partial<Record<string, string>> = {
  emostream_recognition_cpu_seconds_total: 'words',
  emostream_voice_encoding_cpu_seconds_total: 'voice encoders',
};

/** Adds up how long each stage was at work. */
export class StageMeter implements Meter {
  readonly #seconds = new Map<string, number>();

  get stages(): StageSeconds {
    return Object.fromEntries(this.#seconds);
  }

  time<T>(stage: string, work: () => T): T {
    const from = performance.now();
    const result = work();
    this.#add(stage, (performance.now() - from) / 1000);
    return result;
  }

  count: Meter['count'] = (name, _labels, by = 1) => {
    const stage = OF_THREADS[name];
    if (stage) this.#add(stage, by);
  };

  observe: Meter['observe'] = (name, value, labels) => {
    const stage = labels?.['stage'];
    if (name === 'emostream_stage_duration_seconds' && stage && !NOT_WORK.has(stage)) this.#add(stage, value);
  };

  observeAll: Meter['observeAll'] = () => undefined;
  set: Meter['set'] = () => undefined;

  #add(stage: string, seconds: number): void {
    this.#seconds.set(stage, (this.#seconds.get(stage) ?? 0) + seconds);
  }
}
