import type { KV, KvWatchEntry } from '@nats-io/kv';
import { type NodeLoad, nodeLoadSchema, NodeTable } from './node-table.js';

export interface NatsNodesDeps {
  bucket: KV;
  connected: () => boolean;
  /** Never goes back, ms. */
  now: () => number;
}

/** Entries of nodes in a bucket of NATS's key-value store: writes this node's, and hears of the others'. */
export class NatsNodes {
  readonly #deps: NatsNodesDeps;
  readonly #table = new NodeTable();
  readonly #self: string;
  #writing = false;
  #watch: Awaited<ReturnType<KV['watch']>> | undefined;

  private constructor(self: string, deps: NatsNodesDeps) {
    this.#self = self;
    this.#deps = deps;
  }

  /** @throws what NATS says */
  static async open(self: string, deps: NatsNodesDeps): Promise<NatsNodes> {
    const nodes = new NatsNodes(self, deps);
    nodes.#watch = await deps.bucket.watch();
    // It ends with the connection, and is taken up again with it.
    nodes.#listen(nodes.#watch).catch(() => undefined);
    return nodes;
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
    } finally {
      this.#writing = false;
    }
  }

  async close(): Promise<void> {
    this.#watch?.stop();
    if (this.#deps.connected()) await this.#deps.bucket.delete(this.#self).catch(() => undefined);
  }

  async #listen(entries: AsyncIterable<KvWatchEntry>): Promise<void> {
    for await (const { key, operation, value } of entries) {
      if (key === this.#self) continue;
      if (operation !== 'PUT') this.#table.gone(key);
      else {
        const load = parse(value);
        if (load?.node === key) this.#table.heard(load, this.#deps.now());
      }
    }
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
