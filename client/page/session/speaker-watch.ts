import { ActiveSpeaker } from '../layout/speaker.js';

const EVERY_MS = 200;

export interface SpeakerWatchOptions {
  /** How loud everybody is now, 0 … 1. */
  levels(): ReadonlyMap<string, number>;
  /** @param participant who has the word; null: nobody */
  onSpeaker(participant: string | null, spokeMs: ReadonlyMap<string, number>): void;
}

/** Looks a few times a second who speaks, and tells each change. */
export class SpeakerWatch {
  readonly #speaker = new ActiveSpeaker();
  readonly #timer: ReturnType<typeof setInterval>;
  #told: string | null = null;

  constructor({ levels, onSpeaker }: SpeakerWatchOptions) {
    this.#timer = setInterval(() => {
      const current = this.#speaker.hear(levels(), performance.now());
      if (current === this.#told) return;
      this.#told = current;
      onSpeaker(current, this.#speaker.spokeMs);
    }, EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
