import { performance } from 'node:perf_hooks';

/**
 * Says on standard error what the set-up does, step by step and with timings. Standard output stays the command's own, and
 * where nothing has to be done nothing is said.
 */
export class Progress {
  #write;
  #now;
  #steps = 0;
  #started;
  #lastNote = 0;

  /**
   * @param {{ write?: (text: string) => void, now?: () => number }} [options] `now` in milliseconds
   */
  constructor(options = {}) {
    this.#write = options.write ?? ((text) => process.stderr.write(text));
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
  }

  /** How many steps had something to do. */
  get steps() {
    return this.#steps;
  }

  /** @param {string} text */
  say(text) {
    this.#write(`${text}\n`);
  }

  /**
   * Announces a step, does it, and says how long it took.
   * @template T
   * @param {string} title what is done
   * @param {string} reason why it has to be done
   * @param {() => Promise<T>} work
   */
  async step(title, reason, work) {
    if (this.#steps++ === 0) this.say('Setting up (what is done once is skipped from now on)');
    const started = this.#now();
    this.#lastNote = started;
    this.say(`• ${title} (${reason})`);
    const result = await work();
    this.say(`  done in ${seconds(this.#now() - started)}`);
    return result;
  }

  /** A line within the step. @param {string} text */
  detail(text) {
    this.say(`  ${text}`);
  }

  /** A line within the step that is said at most every ten seconds: how far a long piece of work has come. @param {string} text */
  tick(text) {
    if (this.#now() - this.#lastNote < 10_000) return;
    this.#lastNote = this.#now();
    this.detail(text);
  }

  finish() {
    if (this.#steps > 0) this.say(`Set-up complete in ${seconds(this.#now() - this.#started)}`);
  }
}

/** @param {number} ms */
export function seconds(ms) {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
