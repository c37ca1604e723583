import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { type LeaseAnswer, type LeaseHolder, type LeaseStore, type LeaseTimes } from './lease-store.js';
import { RoomLease } from './room-lease.js';

export interface RoomLeasesDeps {
  self: LeaseHolder;
  store: LeaseStore;
  times: LeaseTimes;
  /** Never goes back, ms. */
  now: () => number;
  /** Rooms that somebody is in, on this node. */
  rooms: () => Iterable<string>;
  /** Whether that is so of one. */
  inUse: (room: string) => boolean;
  /** How long a room is kept after its last person left: who comes back finds their seat and what they missed, ms. */
  lingerMs: number;
  /** Most rooms at once. */
  maxRooms: number;
  /** A room that people are in here is another node's. */
  onLost: (room: string, holder: LeaseHolder) => void;
  /** Telling of a lost room threw. */
  onError: (error: unknown) => void;
  meter: Meter;
}

/** `unknown`: nobody could be asked. */
export type Where = { type: 'here' } | { type: 'elsewhere'; holder: LeaseHolder } | { type: 'unknown' };

interface Entry {
  lease: RoomLease;
  waiters: ((where: Where) => void)[];
  usedMs: number;
  everUsed: boolean;
  freeing: boolean;
}

/** A room that was asked for and that nobody came into is given up after this, ms. */
const UNUSED_MS = 10_000;

/** The leases of the rooms of one node: asks the store what each has to ask, and keeps those that are in use. */
export class RoomLeases {
  readonly #deps: RoomLeasesDeps;
  readonly #rooms = new Map<string, Entry>();
  #givenAll = false;

  constructor(deps: RoomLeasesDeps) {
    this.#deps = deps;
  }

  /**
   * Whose a room is; nobody's becomes this node's, or that of the one who is preferred.
   * @param patienceMs how long the answer is waited for
   * @throws EmostreamError LIMIT_REACHED
   */
  async claim(room: string, preferred: LeaseHolder | undefined, patienceMs: number): Promise<Where> {
    const entry = this.#rooms.get(room) ?? this.#begin(room, preferred);
    if (entry.freeing) {
      entry.freeing = false;
      entry.lease.hold();
    }
    const where = this.#where(room, entry);
    if (where) return where;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Where>((resolve) => {
        entry.waiters.push(resolve);
        timer = setTimeout(() => resolve({ type: 'unknown' }), patienceMs);
        this.#pump(room, entry);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The other node that has a room, if one has it; claims nothing. */
  async look(room: string): Promise<LeaseHolder | undefined> {
    const own = this.#rooms.get(room);
    if (own && isHeld(own.lease, this.#deps.now())) return undefined;
    const answer = await this.#deps.store.ask(room, { type: 'read' });
    return answer.type === 'entry' && answer.holder.node !== this.#deps.self.node ? answer.holder : undefined;
  }

  /** To be called several times in the shortest time that leases know. */
  tick(): void {
    // Whoever sat down in the moment in which a lease was lost: whose the room is has to be asked anew.
    for (const room of this.#givenAll ? [] : this.#deps.rooms()) {
      if (!this.#rooms.has(room) && this.#rooms.size < this.#deps.maxRooms) this.#begin(room, undefined);
    }
    for (const [room, entry] of [...this.#rooms]) {
      this.#watchUse(room, entry);
      this.#pump(room, entry);
      this.#settle(room, entry);
    }
    this.#report();
  }

  /** The number of this node's claim of a room, if it has one. */
  termOf(room: string): number | undefined {
    return this.#rooms.get(room)?.lease.term;
  }

  /** Rooms of this node, sure or not. */
  get held(): string[] {
    return [...this.#rooms].filter(([, { lease }]) => isHeld(lease, this.#deps.now())).map(([room]) => room);
  }

  get unsure(): number {
    const now = this.#deps.now();
    return [...this.#rooms.values()].filter(({ lease }) => lease.state(now) === 'unsure').length;
  }

  /**
   * Gives rooms to other nodes, as far as the store can be reached, and gives up those of which nothing is said.
   * @returns when all of that is done
   */
  async giveAll(targets: ReadonlyMap<string, LeaseHolder>): Promise<void> {
    this.#givenAll = true;
    const given: Promise<void>[] = [];
    for (const [room, entry] of this.#rooms) {
      const target = targets.get(room);
      if (target) entry.lease.giveTo(target);
      else entry.lease.free();
      given.push(new Promise((resolve) => entry.waiters.push(() => resolve())));
      this.#pump(room, entry);
      this.#settle(room, entry);
    }
    await Promise.all(given);
  }

  #begin(room: string, preferred: LeaseHolder | undefined): Entry {
    const { self, times, maxRooms, now } = this.#deps;
    if (this.#rooms.size >= maxRooms) {
      throw new EmostreamError('LIMIT_REACHED', `${maxRooms} rooms are this node’s, which is the most (maxRooms)`);
    }
    const lease = new RoomLease(self, times);
    if (preferred) lease.prefer(preferred);
    const entry = { lease, waiters: [], usedMs: now(), everUsed: false, freeing: false };
    this.#rooms.set(room, entry);
    return entry;
  }

  #watchUse(room: string, entry: Entry): void {
    const now = this.#deps.now();
    if (this.#deps.inUse(room)) {
      entry.usedMs = now;
      entry.everUsed = true;
      if (!entry.freeing) return;
      entry.freeing = false;
      entry.lease.hold();
    }
    const keepMs = entry.everUsed ? this.#deps.lingerMs : UNUSED_MS;
    if (entry.freeing || entry.waiters.length > 0 || now - entry.usedMs < keepMs) return;
    entry.freeing = true;
    entry.lease.free();
  }

  #pump(room: string, entry: Entry): void {
    const { store, now } = this.#deps;
    const ask = entry.lease.next(now());
    if (!ask) return;
    this.#answer(room, entry, store.ask(room, ask)).catch((error: unknown) => {
      // A store does not reject; whoever listens may throw, and the next tick goes on.
      this.#deps.onError(error);
    });
  }

  async #answer(room: string, entry: Entry, asked: Promise<LeaseAnswer>): Promise<void> {
    const answer = await asked;
    entry.lease.answered(answer, this.#deps.now());
    this.#settle(room, entry);
    if (this.#rooms.get(room) === entry) this.#pump(room, entry);
  }

  /** Tells who waits, as soon as there is something to tell, and forgets what is not this node's. */
  #settle(room: string, entry: Entry): void {
    const state = entry.lease.state(this.#deps.now());
    const over = state === 'elsewhere' || state === 'free';
    if (over && this.#rooms.get(room) === entry) {
      this.#rooms.delete(room);
      const { holder } = entry.lease;
      if (holder && this.#deps.inUse(room)) this.#deps.onLost(room, holder);
    }
    const where = this.#where(room, entry);
    if (where) for (const tell of entry.waiters.splice(0)) tell(where);
  }

  #where(room: string, { lease }: Entry): Where | undefined {
    const state = lease.state(this.#deps.now());
    if (state === 'elsewhere' && lease.holder) return { type: 'elsewhere', holder: lease.holder };
    if (state === 'free') return { type: 'unknown' };
    // Whoever was sure of a room and is cut off keeps the call that is in it, and begins none.
    return state === 'sure' || (state === 'unsure' && this.#deps.inUse(room)) ? { type: 'here' } : undefined;
  }

  #report(): void {
    const { meter, now, times } = this.#deps;
    const leases = [...this.#rooms.values()].map(({ lease }) => lease).filter((lease) => isHeld(lease, now()));
    const unsure = this.unsure;
    meter.set('emostream_cluster_rooms', leases.length - unsure, { lease: 'sure' });
    meter.set('emostream_cluster_rooms', unsure, { lease: 'unsure' });
    const sureForMs = times.ttlMs - times.marginMs;
    const ages = leases.map(({ sureUntilMs }) => now() - (sureUntilMs - sureForMs)).filter(Number.isFinite);
    meter.set('emostream_cluster_lease_age_seconds', Math.max(0, ...ages) / 1000);
  }
}

function isHeld(lease: RoomLease, nowMs: number): boolean {
  const state = lease.state(nowMs);
  return state === 'sure' || state === 'unsure';
}
