import { z } from 'zod';
import type { LeaseHolder } from './lease-store.js';
import { nodeAddressSchema } from './node-address.js';

/** What a node says of itself to the others, every `renewMs` (./lease-store.ts). */
export const nodeLoadSchema = z.object({
  node: z.string().min(1).max(64),
  url: nodeAddressSchema,
  inner: nodeAddressSchema.optional(),
  participants: z.number().int().nonnegative(),
  rooms: z.number().int().nonnegative(),
  /** What gives way in its analysis, 0 (nothing) to 1 (faces and newcomers). */
  saturation: z.number().min(0).max(1),
  /** It ends: it takes no rooms, and gives its own away. */
  draining: z.boolean(),
});
export type NodeLoad = z.infer<typeof nodeLoadSchema>;
/** What the node's server knows of it. */
export type NodeFigures = Pick<NodeLoad, 'participants' | 'rooms' | 'saturation'>;

/** Of whom nothing was heard for so long is gone, ms. */
const GONE_MS = 5000;
/** More than this nobody runs with one room a node; what is beyond it is not known of, and gets no rooms from here. */
const MOST_NODES = 512;
/** Rooms are brought together again by nobody, so a few people more or less are no reason to send somebody on. */
const MUCH_SATURATION = 0.25;
const MANY_PEOPLE = 20;

/** The other nodes, as they were last heard. Pure: it is told the time by a clock that never goes back. */
export class NodeTable {
  readonly #nodes = new Map<string, { load: NodeLoad; heardMs: number }>();

  heard(load: NodeLoad, nowMs: number): void {
    this.#forget(nowMs);
    if (this.#nodes.size < MOST_NODES || this.#nodes.has(load.node))
      this.#nodes.set(load.node, { load, heardMs: nowMs });
  }

  /** It said that it ended. */
  gone(node: string): void {
    this.#nodes.delete(node);
  }

  /** By name: every node sees them in one order. */
  alive(nowMs: number): NodeLoad[] {
    this.#forget(nowMs);
    return [...this.#nodes.values()].map(({ load }) => load).sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  #forget(nowMs: number): void {
    for (const [node, { heardMs }] of this.#nodes) if (nowMs - heardMs >= GONE_MS) this.#nodes.delete(node);
  }
}

/**
 * Which node should have a room that nobody has: the one that is asked, unless it ends or is much fuller than the least full.
 * @param others without the one that is asked
 */
export function chooseNode(self: NodeLoad, others: readonly NodeLoad[]): LeaseHolder {
  const least = leastFull(others);
  if (!least) return holderOf(self);
  const muchFuller =
    self.saturation >= least.saturation + MUCH_SATURATION ||
    (self.saturation >= least.saturation && self.participants > 2 * least.participants + MANY_PEOPLE);
  return holderOf(self.draining || muchFuller ? least : self);
}

/**
 * Where each room of a node that ends goes, the largest first, each to who has least then.
 * @param rooms with how many people are in each
 * @returns empty where there is no other node
 */
export function spreadRooms(rooms: ReadonlyMap<string, number>, others: readonly NodeLoad[]): Map<string, LeaseHolder> {
  const loads = others.filter(({ draining }) => !draining).map((load) => ({ ...load }));
  const spread = new Map<string, LeaseHolder>();
  for (const [room, people] of [...rooms].sort(([, a], [, b]) => b - a)) {
    const target = leastFull(loads);
    if (!target) break;
    target.participants += people;
    spread.set(room, holderOf(target));
  }
  return spread;
}

/** Whether another node says that it is where this one is: who is sent from the one to the other would come back to it. */
export function sharesAddress(self: LeaseHolder, others: readonly NodeLoad[]): boolean {
  return others.some(
    ({ url, inner }) => url === self.url && (inner === undefined || self.inner === undefined || inner === self.inner),
  );
}

export const holderOf = ({ node, url, inner }: NodeLoad): LeaseHolder => ({ node, url, inner });

function leastFull(nodes: readonly NodeLoad[]): NodeLoad | undefined {
  return nodes
    .filter(({ draining }) => !draining)
    .reduce<NodeLoad | undefined>((least, node) => (least && !isFuller(least, node) ? least : node), undefined);
}

const isFuller = (a: NodeLoad, b: NodeLoad): boolean =>
  a.saturation === b.saturation ? a.participants > b.participants : a.saturation > b.saturation;
