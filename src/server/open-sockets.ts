/** The open sockets of all doors together: `maxSockets` and `maxSocketsPerToken` are of the server. */
export class OpenSockets {
  readonly #doors: (() => readonly string[])[] = [];
  /** Upgrades that are being checked, at whatever door. */
  waiting = 0;

  /** @param tokens digests of the tokens of a door's open sockets, one each */
  addDoor(tokens: () => readonly string[]): void {
    this.#doors.push(tokens);
  }

  /** Digests of the tokens of all open sockets, one each. */
  get tokens(): string[] {
    return this.#doors.flatMap((tokens) => tokens());
  }
}
