import type { Schedule } from '../../../src/common/schedule.js';

/** Time that passes when the test says so. */
export class ManualSchedule {
  now = 0;
  readonly #tasks = new Set<{ at: number; task: () => void }>();

  readonly schedule: Schedule = (delayMs, task) => {
    const entry = { at: this.now + delayMs, task };
    this.#tasks.add(entry);
    return () => void this.#tasks.delete(entry);
  };

  get waiting(): number {
    return this.#tasks.size;
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#tasks].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#tasks.delete(due);
      this.now = due.at;
      due.task();
    }
    this.now = until;
  }
}
