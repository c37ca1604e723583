import type { WindowOutcome, WindowRunner } from '../../../../src/analysis/window-publisher.js';
import { EMOTIONS } from '../../../../src/common/emotions.js';
import type { WindowFeatures } from '../../../../src/features/types.js';

interface Job {
  room: string;
  participant: string;
  features: WindowFeatures;
  atMs: number;
  settle: (outcome: WindowOutcome) => void;
}

/** What is known of a window: its number becomes the event's confidence, its mood the one emotion that it is all of. */
export interface WindowMark {
  id: number;
  /** The same for all windows of one consent generation: smoothed scores must be of it alone. */
  mood: number;
}

/** Inference that takes its time: windows wait, then are in the engine, where they cannot be called back. */
export class SimulatedEngine implements WindowRunner {
  #waiting: Job[] = [];
  #running: Job[] = [];

  constructor(
    private readonly clock: () => number,
    private readonly mark: (features: WindowFeatures) => WindowMark,
  ) {}

  submit(window: { room: string; participant: string; features: WindowFeatures }): Promise<WindowOutcome> {
    return new Promise((settle) => this.#waiting.push({ ...window, atMs: this.clock(), settle }));
  }

  /** Windows of the simulation carry no crops. */
  crop(): void {}

  cancel(room: string, participant: string): void {
    const gone = (job: Job) => job.room === room && job.participant === participant;
    for (const job of this.#waiting.filter(gone)) job.settle({ dropped: 'engine-failed' });
    this.#waiting = this.#waiting.filter((job) => !gone(job));
  }

  work(lagMs: number): void {
    const due = this.#running.filter(({ atMs }) => atMs <= this.clock() - lagMs);
    this.#running = this.#running.filter((job) => !due.includes(job));
    for (const job of due) job.settle(this.#judge(job.features));
    this.#running.push(...this.#waiting);
    this.#waiting = [];
  }

  #judge(features: WindowFeatures): WindowOutcome {
    const { id, mood } = this.mark(features);
    const present = features.face ?? features.voice ?? features.words;
    const probabilities = EMOTIONS.map((_, i) => (i === mood % EMOTIONS.length ? 1 : 0));
    return {
      queueMs: 0,
      inferenceMs: 0,
      scores: {
        probabilities: present ? probabilities : null,
        valence: null,
        arousal: null,
        confidence: id / 10_000,
        uncertain: false,
        weights: { face: 0, voice: 0, words: 0 },
        modalities: { face: null, voice: null, words: null },
      },
    };
  }
}
