import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEASE_TIMES, type LeaseAnswer, type LeaseAsk } from '../../src/cluster/lease-store.js';
import { RoomLease } from '../../src/cluster/room-lease.js';

const holder = (node: string) => ({ node, url: `https://${node}.example/` });
const A = holder('a');
const B = holder('b');

/** Asks what is due and answers it at once. */
function exchange(lease: RoomLease, nowMs: number, answer: LeaseAnswer): LeaseAsk | undefined {
  const ask = lease.next(nowMs);
  if (ask) lease.answered(answer, nowMs);
  return ask;
}

const none: LeaseAnswer = { type: 'none' };
const written = (revision: number): LeaseAnswer => ({ type: 'written', revision });
const conflict: LeaseAnswer = { type: 'conflict' };
const entry = (of: typeof A, revision: number): LeaseAnswer => ({ type: 'entry', holder: of, revision });

function held(): RoomLease {
  const lease = new RoomLease(A, LEASE_TIMES);
  exchange(lease, 0, none);
  exchange(lease, 0, written(1));
  return lease;
}

describe('a room’s lease, as one node sees it', () => {
  it('is looked up, created, and renewed by the revision that was written last', () => {
    const lease = new RoomLease(A, LEASE_TIMES);
    expect(lease.state(0)).toBe('asking');
    expect(exchange(lease, 0, none)).toEqual({ type: 'read' });
    expect(exchange(lease, 10, written(7))).toEqual({ type: 'create', holder: A });
    expect(lease.state(10)).toBe('sure');
    expect(lease.next(1509)).toBeUndefined();
    expect(exchange(lease, 1510, written(8))).toEqual({ type: 'update', holder: A, revision: 7 });
    expect(exchange(lease, 3010, written(9))).toEqual({ type: 'update', holder: A, revision: 8 });
  });

  it('is sure from when the renewal was sent, not from when it was answered', () => {
    const lease = held();
    expect(lease.next(1500)?.type).toBe('update');
    lease.answered(written(2), 4000);
    expect([lease.state(5999), lease.state(6000)]).toEqual(['sure', 'unsure']);
  });

  it('is unsure when no renewal was answered in time, and asked for again and again', () => {
    const lease = held();
    for (let at = 1500; at < 4500; at += 500) exchange(lease, at, { type: 'unreachable' });
    expect([lease.state(4499), lease.state(4500)]).toEqual(['sure', 'unsure']);
    expect(exchange(lease, 9000, conflict)?.type).toBe('update');
    expect(exchange(lease, 9000, entry(B, 12))).toEqual({ type: 'read' });
    expect([lease.state(9000), lease.holder]).toEqual(['elsewhere', B]);
    expect(lease.next(99_000)).toBeUndefined();
  });

  it('takes what it wrote itself, without having been told, for its own only when it has written once more', () => {
    const lease = held();
    lease.next(1500);
    lease.answered({ type: 'unreachable' }, 2500);
    exchange(lease, 3000, conflict);
    exchange(lease, 3010, entry(A, 5));
    expect(lease.state(4600)).toBe('unsure');
    expect(exchange(lease, 4600, written(6))).toEqual({ type: 'update', holder: A, revision: 5 });
    expect(lease.state(4600)).toBe('sure');
  });

  it('is given to another node by its own revision, and is not sure from then on', () => {
    const lease = held();
    lease.giveTo(B);
    expect(lease.state(100)).toBe('asking');
    expect(exchange(lease, 100, written(2))).toEqual({ type: 'update', holder: B, revision: 1 });
    expect([lease.state(100), lease.holder]).toEqual(['elsewhere', B]);
  });

  it('is kept for a node that has more room where nobody holds it, and taken where that was done for this one', () => {
    const preferring = () => {
      const lease = new RoomLease(A, LEASE_TIMES);
      lease.prefer(B);
      return lease;
    };
    const free = preferring();
    exchange(free, 0, none);
    expect(exchange(free, 0, written(1))).toEqual({ type: 'create', holder: B });
    expect(free.state(0)).toBe('elsewhere');
    const own = preferring();
    exchange(own, 0, entry(A, 3));
    expect(exchange(own, 0, written(4))).toEqual({ type: 'update', holder: A, revision: 3 });
    expect(own.state(0)).toBe('sure');
  });

  it('is deleted by its own revision when it is given up', () => {
    const lease = held();
    lease.free();
    expect(exchange(lease, 100, none)).toEqual({ type: 'delete', revision: 1 });
    expect(lease.state(100)).toBe('free');
    const unknown = new RoomLease(A, LEASE_TIMES);
    unknown.free();
    expect([unknown.next(0), unknown.state(0)]).toEqual([undefined, 'free']);
  });
});

// --- every order of claims, renewals, partitions, stalls and late answers ------------------------------------------

const NODES = ['a', 'b', 'c'];
const ANSWER_PATIENCE_MS = 1000;
/** Clocks of machines run at unlike rates; 5 % is a hundred times what quartz does. */
const RATES = [0.95, 1, 1.05];

const step = fc.record({
  node: fc.nat(NODES.length - 1),
  waitMs: fc.nat(5000),
  does: fc.constantFrom('want', 'want', 'prefer', 'give', 'free', 'crash', 'cut', 'cut', 'heal', 'stall'),
  to: fc.nat(NODES.length - 1),
});
/** How long a message is under way, ms; -1: it never comes. */
const road = fc.oneof(
  { weight: 6, arbitrary: fc.nat(50) },
  { weight: 2, arbitrary: fc.nat(7000) },
  { weight: 1, arbitrary: fc.constant(-1) },
);

/** A store as NATS's: it forgets an entry by its own clock, and does a request that comes late all the same. */
class Store {
  #entry: { holder: typeof A; revision: number; untilMs: number } | undefined;
  #revision = 0;

  do(ask: LeaseAsk, nowMs: number): LeaseAnswer {
    const live = this.#entry && nowMs < this.#entry.untilMs ? this.#entry : undefined;
    const write = (by: typeof A): LeaseAnswer => {
      this.#entry = { holder: by, revision: ++this.#revision, untilMs: nowMs + LEASE_TIMES.ttlMs };
      return written(this.#revision);
    };
    if (ask.type === 'read') return live ? entry(live.holder, live.revision) : none;
    if (ask.type === 'create') return live ? conflict : write(ask.holder);
    if (live?.revision !== ask.revision) return conflict;
    if (ask.type === 'update') return write(ask.holder);
    this.#entry = undefined;
    return none;
  }
}

interface Node {
  lease: RoomLease | undefined;
  /** People come to it again and again: as long as somebody else has the room it asks anew. */
  keen: boolean;
  cut: boolean;
  stalledUntilMs: number;
  /** Raised by a crash: answers to the one before are nobody's. */
  life: number;
}

class World {
  readonly store = new Store();
  nowMs = 0;
  /** Answers that made somebody sure: that the run is about something. */
  claims = 0;
  readonly nodes: Node[] = NODES.map(() => ({ lease: undefined, keen: false, cut: false, stalledUntilMs: 0, life: 0 }));
  readonly #roads: readonly number[];
  #road = 0;
  #due: { atMs: number; task: () => void }[] = [];

  constructor(roads: readonly number[]) {
    this.#roads = roads;
  }

  clock(index: number): number {
    return this.nowMs * RATES[index]! + 1_000_000 * index;
  }

  get sure(): string[] {
    return NODES.filter((_, index) => this.nodes[index]!.lease?.state(this.clock(index)) === 'sure');
  }

  /** Lets time go on, every 50 ms of it, and looks at who is sure all the while. */
  run(forMs: number): void {
    for (const end = this.nowMs + forMs; this.nowMs < end;) {
      this.nowMs += 50;
      for (const due of this.#due.filter(({ atMs }) => atMs <= this.nowMs)) {
        this.#due.splice(this.#due.indexOf(due), 1);
        due.task();
        expect(this.sure.length).toBeLessThanOrEqual(1);
      }
      this.nodes.forEach((node, index) => node.stalledUntilMs <= this.nowMs && this.#ask(node, index));
      expect(this.sure.length).toBeLessThanOrEqual(1);
    }
  }

  /** @param prefer whom it would rather have */
  want(index: number, prefer?: typeof A): void {
    const node = this.nodes[index]!;
    const state = node.lease?.state(this.clock(index));
    if (node.lease && state !== 'elsewhere' && state !== 'free') return;
    node.lease = new RoomLease(holder(NODES[index]!), LEASE_TIMES);
    if (prefer) node.lease.prefer(prefer);
  }

  #ask(node: Node, index: number): void {
    if (node.keen && !node.cut) this.want(index);
    const { lease, life } = node;
    const ask = lease?.next(this.clock(index));
    if (!lease || !ask) return;
    let open = true;
    const answer = (told: LeaseAnswer) => {
      if (!open || node.life !== life) return;
      // A process that stands still reads its answers later.
      if (node.stalledUntilMs > this.nowMs) return this.#later(node.stalledUntilMs - this.nowMs, () => answer(told));
      open = false;
      lease.answered(told, this.clock(index));
      if (told.type === 'written') this.claims += 1;
    };
    this.#later(ANSWER_PATIENCE_MS, () => answer({ type: 'unreachable' }));
    const [there, back] = [this.#delay(), this.#delay()];
    if (node.cut || there < 0) return;
    this.#later(there, () => {
      const told = this.store.do(ask, this.nowMs);
      if (!node.cut && back >= 0) this.#later(back, () => answer(told));
    });
  }

  #delay(): number {
    return this.#roads.length === 0 ? 1 : this.#roads[this.#road++ % this.#roads.length]!;
  }

  #later(delayMs: number, task: () => void): void {
    this.#due.push({ atMs: this.nowMs + delayMs, task });
  }
}

describe('nodes that want the same room', () => {
  it('are never two that are sure of it; when all is well again one of those who want it has it', () => {
    let claims = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(road, { maxLength: 30 }), (steps, roads) => {
        const world = new World(roads);
        for (const { node: index, waitMs, does, to } of steps) {
          const node = world.nodes[index]!;
          const target = holder(NODES[to]!);
          if (does === 'want') {
            node.keen = true;
            world.want(index);
          } else if (does === 'prefer') world.want(index, target);
          else if (does === 'give' && to !== index) node.lease?.giveTo(target);
          else if (does === 'free') {
            node.keen = false;
            node.lease?.free();
          } else if (does === 'crash') {
            node.lease = undefined;
            node.life += 1;
          } else if (does === 'cut' || does === 'heal') node.cut = does === 'cut';
          else if (does === 'stall') node.stalledUntilMs = world.nowMs + 6000;
          world.run(waitMs);
        }
        // All is well: what is under way comes, and everybody who is anybody asks anew.
        world.nodes.forEach((node) => (node.cut = false));
        world.run(10_000);
        world.nodes.forEach((node) => (node.keen = true));
        const calm = roads.every((ms) => ms >= 0 && ms < 400);
        world.run(12_000);
        if (calm) expect(world.sure).toHaveLength(1);
        claims += world.claims;
      }),
      { numRuns: 100 },
    );
    expect(claims).toBeGreaterThan(500);
  });
});
