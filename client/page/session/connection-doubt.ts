/** What was on its way when the network went may still come, ms; whatever is heard later proves that there is one. */
const ON_ITS_WAY_MS = 2000;

/** Whether it is known how things stand, by what the browser says of its network and what is heard of the server. Pure: times come in. */
export class ConnectionDoubt {
  #offlineMs: number | null = null;
  /** The network is back, and nothing was heard yet. */
  #waiting = false;
  #quiet = false;

  get value(): 'offline' | 'silent' | null {
    if (this.#offlineMs !== null) return 'offline';
    return this.#quiet || this.#waiting ? 'silent' : null;
  }

  offline(nowMs: number): void {
    this.#offlineMs = nowMs;
  }

  online(): void {
    this.#waiting = this.#offlineMs !== null;
    this.#offlineMs = null;
  }

  /** A beat of the server is missing, or no more. */
  quiet(quiet: boolean): void {
    this.#quiet = quiet;
  }

  /** Something came from the server. */
  heard(nowMs: number): void {
    this.#waiting = false;
    // Browsers take some virtual networks for none.
    if (this.#offlineMs !== null && nowMs - this.#offlineMs > ON_ITS_WAY_MS) this.#offlineMs = null;
  }

  /** Another connection stands. */
  connected(): void {
    this.#offlineMs = null;
    this.#waiting = false;
    this.#quiet = false;
  }
}
