import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  LEASE_TIMES,
  type LeaseAnswer,
  type LeaseAsk,
  type LeaseHolder,
  type LeaseStore,
} from '../../src/cluster/lease-store.js';
import { RoomLeases } from '../../src/cluster/room-leases.js';
import { silentMeter } from '../../src/common/metrics.js';

const holder = (node: string): LeaseHolder => ({ node, url: `https://${node}.example/` });
const A = holder('a');
const B = holder('b');
const LINGER_MS = 60_000;

/** A store that keeps entries until it is told to forget them, and can be out of reach. */
class Store implements LeaseStore {
  readonly entries = new Map<string, { holder: LeaseHolder; revision: number }>();
  reached = true;
  #revision = 0;

  ask(room: string, ask: LeaseAsk): Promise<LeaseAnswer> {
    return Promise.resolve(this.reached ? this.#answer(room, ask) : { type: 'unreachable' });
  }

  put(room: string, by: LeaseHolder): number {
    this.entries.set(room, { holder: by, revision: ++this.#revision });
    return this.#revision;
  }

  #answer(room: string, ask: LeaseAsk): LeaseAnswer {
    const entry = this.entries.get(room);
    if (ask.type === 'read') return entry ? { type: 'entry', ...entry } : { type: 'none' };
    if (ask.type === 'create' ? entry : entry?.revision !== ask.revision) return { type: 'conflict' };
    if (ask.type !== 'delete') return { type: 'written', revision: this.put(room, ask.holder) };
    this.entries.delete(room);
    return { type: 'none' };
  }
}

function node() {
  const store = new Store();
  const people = new Set<string>();
  const lost: [string, string][] = [];
  let now = 0;
  const leases = new RoomLeases({
    ...{ self: A, store, times: LEASE_TIMES, lingerMs: LINGER_MS, maxRooms: 3, meter: silentMeter },
    now: () => now,
    rooms: () => people,
    inUse: (room) => people.has(room),
    onLost: (room, { node: to }) => {
      lost.push([room, to]);
      people.delete(room);
    },
    onError: (error) => expect(error).toBeUndefined(),
  });
  /** Time goes on by ticks. */
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end; now += 250) {
      leases.tick();
      await turn();
    }
  };
  const claim = (room: string, preferred?: LeaseHolder) => leases.claim(room, preferred, 20);
  return { store, people, lost, leases, pass, claim };
}

describe('the rooms of a node', () => {
  it('are claimed by who asks first, kept for a while after the last person, and given up by and by', async () => {
    const { store, people, pass, claim } = node();
    store.put('theirs', B);
    expect(await claim('theirs')).toEqual({ type: 'elsewhere', holder: B });
    expect(await claim('ours')).toEqual({ type: 'here' });
    expect(store.entries.get('ours')?.holder).toEqual(A);
    people.add('ours');
    await pass(20_000);
    people.delete('ours');
    await pass(LINGER_MS - 1000);
    expect(store.entries.has('ours')).toBe(true);
    await pass(2000);
    expect(store.entries.has('ours')).toBe(false);
    // Nobody came into this one.
    await claim('asked');
    await pass(11_000);
    expect(store.entries.has('asked')).toBe(false);
  });

  it('go to the node that is preferred, where they are nobody’s', async () => {
    const { store, claim } = node();
    expect(await claim('new', B)).toEqual({ type: 'elsewhere', holder: B });
    expect(store.entries.get('new')?.holder).toEqual(B);
  });

  it('go on without the store as long as people are in them; none is begun', async () => {
    const { store, people, lost, leases, pass, claim } = node();
    await claim('full');
    await claim('empty');
    people.add('full');
    await pass(1000);
    store.reached = false;
    await pass(6000);
    expect(leases.unsure).toBe(2);
    expect(await claim('full')).toEqual({ type: 'here' });
    expect(await claim('empty')).toEqual({ type: 'unknown' });
    expect(await claim('new')).toEqual({ type: 'unknown' });
    store.reached = true;
    await pass(1000);
    expect([leases.unsure, lost]).toEqual([0, []]);
    await expect(claim('one too many')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  });

  it('are lost where another claimed them meanwhile, which their people are told', async () => {
    const { store, people, lost, leases, pass, claim } = node();
    await claim('room');
    people.add('room');
    await pass(1000);
    store.put('room', B);
    await pass(2000);
    expect([lost, leases.held]).toEqual([[['room', 'b']], []]);
    // Somebody sat down in that very moment.
    people.add('room');
    await pass(500);
    expect(lost).toHaveLength(2);
  });

  it('are all given away in the end', async () => {
    const { store, people, lost, leases, claim } = node();
    await claim('full');
    await claim('empty');
    people.add('full');
    await leases.giveAll(new Map([['full', B]]));
    expect(store.entries.get('full')?.holder).toEqual(B);
    expect(store.entries.has('empty')).toBe(false);
    expect([lost, leases.held]).toEqual([[['full', 'b']], []]);
  });
});
