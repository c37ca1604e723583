/** Does one thing after the other, in the order in which they were asked for; one that fails stops none of those that follow. */
export class InOrder {
  #last: Promise<void> = Promise.resolve();

  /** @returns as the task ends */
  run(task: () => Promise<void> | void): Promise<void> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
