import type { EmostreamClient } from '../../lib/index.js';
import { ConnectionDoubt } from './connection-doubt.js';

/** Watches the browser's network and the server's voice for one call, and tells each change of what can be known. */
export class ConnectionWatch {
  readonly #doubt = new ConnectionDoubt();
  readonly #onChange: () => void;
  #told: ConnectionDoubt['value'] = null;
  readonly #stops: (() => void)[];

  constructor(client: EmostreamClient, onChange: () => void) {
    this.#onChange = onChange;
    const note = (change: () => void) => () => this.#note(change);
    const heard = note(() => this.#doubt.heard(performance.now()));
    const offline = note(() => this.#doubt.offline(performance.now()));
    const online = note(() => this.#doubt.online());
    window.addEventListener('offline', offline);
    window.addEventListener('online', online);
    this.#stops = [
      () => window.removeEventListener('offline', offline),
      () => window.removeEventListener('online', online),
      client.on('quiet', (quiet) => this.#note(() => this.#doubt.quiet(quiet))),
      client.on('notification', heard),
      client.on('event', heard),
      client.on(
        'connected',
        note(() => this.#doubt.connected()),
      ),
    ];
  }

  /** Null: it is known how things stand, as far as the connection goes. */
  get doubt(): ConnectionDoubt['value'] {
    return this.#doubt.value;
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #note(change: () => void): void {
    change();
    if (this.#doubt.value === this.#told) return;
    this.#told = this.#doubt.value;
    this.#onChange();
  }
}
