import { setTimeout as delay } from 'node:timers/promises';
import type { KV, KvWatchEntry } from '@nats-io/kv';
import { type NodeLoad, nodeLoadSchema, NodeTable } from './node-table.js';

export interface NatsNodesDeps {
  bucket: KV;
  connected: () => boolean;
  /** Never goes back, ms. */
  now: () => number;
  /** Something failed. */
  onFailure: () => void;
}

const AGAIN_MS = 1000;

/** Entries of nodes in a bucket of NATS's key-value store: writes this node's, and hears of the others'. */
export class NatsNodes {
  readonly #deps: NatsNodesDeps;
  readonly #table = new NodeTable();
  readonly #self: string;
  #writing = false;
  #closed = false;
  #watch: Awaited<ReturnType<KV['watch']>> | undefined;

  constructor(self: string, deps: NatsNodesDeps) {
    this.#self = self;
    this.#deps = deps;
    this.#follow().catch(() => undefined);
  }

  /** The others that are there. */
  get others(): NodeLoad[] {
    return this.#table.alive(this.#deps.now());
  }

  /** Says how it stands. What cannot be said now is said the next time. */
  async tell(load: NodeLoad): Promise<void> {
    if (!this.#deps.connected() || this.#writing) return;
    this.#writing = true;
    try {
      await this.#deps.bucket.put(this.#self, JSON.stringify(load), { timeout: 1000 });
    } catch {
      // The others take it for gone when that goes on.
      this.#deps.onFailure();
    } finally {
      this.#writing = false;
    }
  }

  /** The bucket is another: begins to hear of the others anew. */
  resume(): void {
    this.#watch?.stop();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch?.stop();
    if (this.#deps.connected()) await this.#deps.bucket.delete(this.#self).catch(() => undefined);
  }

  /** Hears of the others for as long as this node lives: what ends, or cannot begin now, is begun anew. */
  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#watch = await this.#deps.bucket.watch();
        for await (const entry of this.#watch) this.#hear(entry);
      } catch {
        // NATS is away, or chooses who leads.
      }
      await delay(AGAIN_MS, undefined, { ref: false });
    }
  }

  #hear({ key, operation, value }: KvWatchEntry): void {
    if (key === this.#self) return;
    if (operation !== 'PUT') return this.#table.gone(key);
    const load = parse(value);
    if (load?.node === key) this.#table.heard(load, this.#deps.now());
  }
}

/** Undefined: of a later version, or nobody's of ours. */
function parse(value: Uint8Array): NodeLoad | undefined {
  try {
    return nodeLoadSchema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch {
    return undefined;
  }
}
