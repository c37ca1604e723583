/** A node as a lease names it: who serves a room, and where its clients find it. */
export interface LeaseHolder {
  node: string;
  /** `http:` or `https:`, the folder that the page lies in. */
  url: string;
  /** Where other nodes reach it, to hand clients through; none: clients are sent on to `url`. */
  inner?: string | undefined;
}

/** What is asked of the store about one room, by a node; revisions are the store's, and every writing has a new one. */
export type LeaseAsk =
  | { type: 'read' }
  /** Only where nobody holds it. `again`: by who held it and does not know that it does no more. */
  | { type: 'create'; holder: LeaseHolder; again?: true }
  /** Only where that revision is the newest. */
  | { type: 'update'; holder: LeaseHolder; revision: number }
  | { type: 'delete'; revision: number };

export type LeaseAnswer =
  | { type: 'entry'; holder: LeaseHolder; revision: number }
  /** Nobody holds it, or nobody any more. */
  | { type: 'none' }
  | { type: 'written'; revision: number }
  /** Somebody else wrote meanwhile: nothing was written. */
  | { type: 'conflict' }
  /** No answer: it may have been done, or may be done later, or not. */
  | { type: 'unreachable' };

/**
 * Where leases are kept: a store of the kind of etcd or NATS's key-value, with one entry a room. An entry that nobody writes for `ttlMs`
 *, by the store's clock, is gone.
 */
export interface LeaseStore {
  /** Never rejects: what fails is `unreachable`. */
  ask(room: string, ask: LeaseAsk): Promise<LeaseAnswer>;
}

export interface LeaseTimes {
  /** The store forgets an entry that was not written for so long, ms. */
  ttlMs: number;
  /** A lease is renewed so long after its last renewal was sent, ms. */
  renewMs: number;
  /** Asked again after no answer, ms. */
  retryMs: number;
  /** So much earlier than the store forgets it a holder is not sure of its lease any more: clocks run at unlike rates, ms. */
  marginMs: number;
}

/** The node of a room that nobody renews is known to be gone 5 s after, by the store's clock. */
export const LEASE_TIMES: LeaseTimes = { ttlMs: 5000, renewMs: 1500, retryMs: 500, marginMs: 500 };
