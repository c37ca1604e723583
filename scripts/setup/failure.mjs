/**
 * What stopped the set-up. The message says what failed; `remedy` says what the reader can do about it, and `log` where the
 * whole output of the program that failed is.
 */
export class SetupError extends Error {
  /**
   * @param {string} message what failed
   * @param {{ remedy: string, output?: string, log?: string, cause?: unknown }} more
   */
  constructor(message, more) {
    super(message, { cause: more.cause });
    this.name = 'SetupError';
    this.remedy = more.remedy;
    /** The end of the failed program's output, where there is one. */
    this.output = more.output ?? '';
    this.log = more.log;
  }

  /** The whole of it, as a person should read it. */
  describe() {
    const lines = [`Set-up failed: ${this.message}`];
    if (this.output) lines.push(...this.output.split('\n').map((line) => `    | ${line}`));
    if (this.log) lines.push(`  All of its output: ${this.log}`);
    lines.push(`  What to do: ${this.remedy}`);
    return lines.join('\n');
  }
}
