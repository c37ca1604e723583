import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { nodeAddressSchema } from './node-address.js';
import type { LeaseAnswer, LeaseAsk, LeaseHolder, LeaseStore } from './lease-store.js';

/** So long an answer of NATS is waited for, ms; it comes in one or two. */
const PATIENCE_MS = 1000;
/** NATS's numbers for "somebody wrote meanwhile" (JetStream API errors 10071 and 10164). */
const WRONG_SEQUENCE: ReadonlySet<unknown> = new Set([10071, 10164]);

const holderSchema = z.object({
  node: z.string().min(1).max(64),
  url: nodeAddressSchema,
  inner: nodeAddressSchema.optional(),
});

export interface NatsLeaseStoreDeps {
  bucket: Pick<KV, 'get' | 'create' | 'update' | 'delete'>;
  connected: () => boolean;
  /** Whether it is known of every room that has a lease. */
  isWhole: () => boolean;
  /** Something failed. */
  onFailure: () => void;
}

/** Leases in a bucket of NATS's key-value store whose entries live for as long as a lease: one entry a room, by the room's name. */
export class NatsLeaseStore implements LeaseStore {
  readonly #deps: NatsLeaseStoreDeps;

  constructor(deps: NatsLeaseStoreDeps) {
    this.#deps = deps;
  }

  async ask(room: string, ask: LeaseAsk): Promise<LeaseAnswer> {
    // The client library would keep what cannot be sent, and send it later.
    const { connected, isWhole, onFailure } = this.#deps;
    if (!connected()) return { type: 'unreachable' };
    // A room of which the bucket, made anew, does not know may be another node's that has not said so yet.
    if (ask.type === 'create' && !ask.again && !isWhole()) return { type: 'unreachable' };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<LeaseAnswer>((resolve) => {
      timer = setTimeout(() => resolve({ type: 'unreachable' }), PATIENCE_MS);
    });
    try {
      const answer = await Promise.race([this.#do(room, ask).catch(answerTo), late]);
      if (answer.type === 'unreachable') onFailure();
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  async #do(room: string, ask: LeaseAsk): Promise<LeaseAnswer> {
    const { bucket } = this.#deps;
    switch (ask.type) {
      case 'read': {
        const entry = await bucket.get(room);
        if (entry?.operation !== 'PUT') return { type: 'none' };
        // What nobody of ours wrote is nobody's: it goes by itself.
        const holder = read(entry.string());
        return holder ? { type: 'entry', holder, revision: entry.revision } : { type: 'unreachable' };
      }
      case 'create':
        return { type: 'written', revision: await bucket.create(room, written(ask.holder)) };
      case 'update':
        return { type: 'written', revision: await bucket.update(room, written(ask.holder), ask.revision) };
      case 'delete':
        await bucket.delete(room, { previousSeq: ask.revision });
        return { type: 'none' };
    }
  }
}

const written = ({ node, url, inner }: LeaseHolder): string => JSON.stringify({ node, url, inner });

function read(value: string): LeaseHolder | undefined {
  try {
    return holderSchema.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}

const answerTo = (error: unknown): LeaseAnswer =>
  WRONG_SEQUENCE.has((error as { code?: unknown }).code) ? { type: 'conflict' } : { type: 'unreachable' };
