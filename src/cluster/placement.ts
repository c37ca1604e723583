import type { NodeFigures } from './node-table.js';

/** What the server tells of itself where it is one node of many. */
export interface PlacementHost {
  /** Where its clients find it, if nothing else was set. */
  url: string;
  figures: () => NodeFigures;
  /** How many people are in a room here. */
  people: (room: string) => number;
  /** Somebody is in it, or needs it here for another reason. */
  inUse: (room: string) => boolean;
  /** Those that are in use. */
  rooms: () => Iterable<string>;
  /** The people of a room are told where it is now, and it ends here. */
  move: (room: string, url: string) => void;
  /** Addresses of nodes have changed. */
  nodesChanged: (urls: readonly string[]) => void;
}

/** Which node serves a room. */
export interface Placement {
  /** Addresses of all nodes that are there, this one first; empty where this one is alone. */
  readonly urls: readonly string[];
  /** From now on it may be asked. */
  begin(host: PlacementHost): Promise<void>;
  /**
   * Resolves where the room is this node's, or becomes it.
   * @throws EmostreamError MOVED with the address of the node that has it, NATS_UNAVAILABLE where that cannot be found out, LIMIT_REACHED
   */
  claim(room: string): Promise<void>;
  /** The address for nodes of the node that has the room; undefined where that is this one or nobody, or clients are sent on. */
  through(room: string): Promise<string | undefined>;
  /** Gives all rooms to others, and tells their people. Takes a second at most. */
  drain(): Promise<void>;
}

/** A server without others: every room is its own. */
export const ALONE: Placement = {
  urls: [],
  begin: () => Promise.resolve(),
  claim: () => Promise.resolve(),
  through: () => Promise.resolve(undefined),
  drain: () => Promise.resolve(),
};
