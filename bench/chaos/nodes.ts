import { setTimeout as delay } from 'node:timers/promises';
import { Relay } from '../../test/client/support/relay.js';
import { Caller } from '../../test/cluster/support/caller.js';
import { NodeProcess } from '../../test/cluster/support/node-process.js';
import { NatsServer, noNatsServer } from '../../test/support/nats-server.js';
import { NatsCluster } from '../support/nats-cluster.js';
import { wallClock } from '../support/shared-timer.js';
import { longestSilence, lostNumbers, sumSeconds, toldSeconds } from '../support/told-seconds.js';
import type { Found } from './drill.js';
import { check, type Check, type Outcome, type Row } from './row.js';

const ROOMS = ['room-a', 'room-b'];
const LEASES = 'KV_emostream_rooms';
/** How long things go on before and after what strikes, ms. */
const CALM_MS = 5000;
const PATIENCE_MS = 60_000;
/** Events of a window come within this after its end, also on a busy machine. */
const LATEST_MS = 6000;
const EDGE_S = 0.01;

/** Nodes with people in two rooms, of whom half came to a node that does not have their room. */
class Nodes {
  readonly nodes: NodeProcess[] = [];
  readonly callers: Caller[] = [];

  static async start(nats: readonly string[]): Promise<Nodes> {
    const call = new Nodes();
    call.nodes.push(...(await Promise.all(nats.map((urls) => NodeProcess.start(urls)))));
    await call.until(async () => (await call.nodes[0]!.report()).nodes === nats.length);
    for (const [index, room] of ROOMS.entries()) {
      for (const [n, name] of ['ada', 'bob'].entries()) {
        const node = call.nodes[(index + n) % call.nodes.length]!;
        call.callers.push(await Caller.enter(node.url, `${name}-${room}`, room));
      }
    }
    await call.judged();
    return call;
  }

  /** Everybody has two judged seconds from now on. */
  async judged(): Promise<boolean> {
    const from = wallClock();
    return this.until(() => this.callers.every((caller) => caller.judgedSince(from) >= 2));
  }

  async until(holds: () => Promise<boolean> | boolean): Promise<boolean> {
    for (const until = wallClock() + PATIENCE_MS; wallClock() < until; await delay(100)) {
      if (await Promise.resolve(holds()).catch(() => false)) return true;
    }
    return false;
  }

  /** Rooms that the nodes say are theirs. */
  async owned(): Promise<number[]> {
    return Promise.all(this.nodes.map(async (node) => (await node.report()).rooms));
  }

  close(): void {
    for (const caller of this.callers) caller.close();
    for (const { serve } of this.nodes) serve.kill();
  }
}

interface NodesRow {
  id: string;
  what: string;
  promised: string;
  nats: () => Promise<{ urls: string[]; strikes: Strikes; close: () => Promise<void> }>;
  strike: (call: Nodes, strikes: Strikes) => Promise<void>;
  /** At most so many seconds of one person's without an event in a row. */
  longest: number;
  /** Nobody loses their seat. */
  seatsStay?: boolean;
}

interface Strikes {
  cluster?: NatsCluster;
  relay?: Relay;
}

const row = ({ nats, strike, longest, seatsStay = false, ...told }: NodesRow): Row => ({
  ...told,
  cannot: () => noNatsServer ?? undefined,
  run: () => Promise.reject(new Error('starts its own servers')),
  alone: async () => {
    const { urls, strikes, close } = await nats();
    let call: Nodes | undefined;
    try {
      call = await Nodes.start(urls);
      const people = [...call.callers];
      await delay(CALM_MS);
      const fromMs = Math.floor(wallClock() / 1000 - 2) * 1000;
      const seats = people.map((caller) => caller.seats.length);
      const struck = performance.now();
      await strike(call, strikes);
      const again = await call.judged();
      const backS = (performance.now() - struck) / 1000;
      await delay(CALM_MS);
      const toMs = Math.floor(wallClock() / 1000) * 1000;
      await delay(LATEST_MS);
      const found = foundOf(people, { fromMs, toMs });
      const moved = people.filter((caller, index) => caller.seats.length > seats[index]!).length;
      const owned = await call.owned();
      const checks = [
        check('everybody is in the call and judged again', again, again ? `${backS.toFixed(1)} s` : 'no'),
        check(
          'each room is one node’s',
          owned.reduce((sum, rooms) => sum + rooms, 0) === ROOMS.length,
          owned.join(' + '),
        ),
        check('no second is silent', found.silent <= EDGE_S, `${found.silent.toFixed(2)} s`),
        check('no event number is missing', found.numbersLost === 0, found.numbersLost),
        check('no event comes twice', found.numbersRepeated === 0, found.numbersRepeated),
        check(
          `at most ${String(longest)} s without an event`,
          found.longest <= longest,
          `${found.longest.toFixed(1)} s`,
        ),
        ...(seatsStay ? [check('nobody loses their seat', moved === 0, moved)] : []),
      ] satisfies Check[];
      return { found, checks, figures: { backAfterSeconds: backS, seatsTakenAgain: moved } } satisfies Outcome;
    } finally {
      call?.close();
      await close();
    }
  },
});

function foundOf(people: readonly Caller[], span: { fromMs: number; toMs: number }): Found {
  const all = people.map(({ events, name, breaks }) => toldSeconds(events, name, span, breaks));
  const numbers = people.map(({ events, missed }) => lostNumbers(events, missed.map(withRange)));
  const told: Record<string, number> = {};
  for (const { missed, told: types } of people) {
    const moves = types.filter((type) => type === 'moved' || type === 'serverClosing');
    for (const what of [...missed.map(({ reason }) => `missed: ${reason}`), ...moves])
      told[what] = (told[what] ?? 0) + 1;
  }
  return {
    ...sumSeconds(all),
    longest: Math.max(0, ...people.map(({ events, name }) => longestSilence(events, name, span))),
    numbersLost: numbers.reduce((total, { lost }) => total + lost, 0),
    numbersRepeated: numbers.reduce((total, { repeated }) => total + repeated, 0),
    told,
    counted: {},
  };
}

const withRange = ({ epoch, fromSeq, toSeq }: { epoch: string; fromSeq: number; toSeq: number | null }) => {
  return { epoch, fromSeq, toSeq };
};

const oneServer = (nodes: number) => async () => {
  const server = await NatsServer.start();
  return { urls: Array<string>(nodes).fill(server.url), strikes: {}, close: () => server.close() };
};

export const NODES: readonly Row[] = [
  row({
    id: 'node-killed',
    what: 'of three nodes the one that has a room is killed',
    promised:
      'its leases are over within 5 s; its people come back by themselves, the room goes on elsewhere, the gap is told',
    nats: oneServer(3),
    strike: async (call) => {
      // Where a room is, which is by load.
      const owned = await call.owned();
      const [struck] = call.nodes.splice(
        owned.findIndex((rooms) => rooms > 0),
        1,
      );
      struck?.kill();
      const from = wallClock();
      await call.until(() => call.callers.some((caller) => caller.backSince(from)));
    },
    longest: 20,
  }),
  row({
    id: 'nats-leader-killed',
    what: 'of three NATS servers the one that leads the keeping of the leases is killed',
    promised: 'another takes over; the calls go on, and nobody loses their seat',
    nats: async () => {
      const cluster = await NatsCluster.start();
      return { urls: [cluster.urls, cluster.urls], strikes: { cluster }, close: () => cluster.close() };
    },
    strike: async (call, { cluster }) => {
      await (await cluster!.leaderOf(LEASES)).kill();
      await call.until(async () =>
        (await Promise.all(call.nodes.map((node) => node.report()))).every((r) => r.unsure === 0),
      );
    },
    longest: 0,
    seatsStay: true,
  }),
  row({
    id: 'node-cut-off',
    what: 'a node that has a room is cut off from NATS for 12 s; meanwhile somebody begins the same room at another',
    promised: 'the call goes on on its node; when that is back, its people are sent to where the room is now',
    nats: async () => {
      const server = await NatsServer.start();
      const relay = await Relay.start(server.port);
      const close = async () => {
        await relay.close();
        await server.close();
      };
      return { urls: [`nats://127.0.0.1:${String(relay.port)}`, server.url], strikes: { relay }, close };
    },
    strike: async (call, { relay }) => {
      relay!.block();
      const [cutOff] = call.nodes;
      if ((await cutOff!.report()).rooms === 0) throw new Error('the node that is to be cut off has no room');
      await call.until(async () => (await cutOff!.report()).unsure > 0);
      await delay(2000);
      // The lease is over: for the other node the room is nobody's.
      call.callers.push(await Caller.enter(call.nodes[1]!.url, 'newcomer', ROOMS[0]!));
      await delay(CALM_MS);
      relay!.unblock();
      await call.until(() => call.callers[0]!.told.includes('moved'));
    },
    longest: 6,
  }),
  row({
    id: 'nodes-rolled',
    what: 'three nodes are ended and started anew, one after the other',
    promised: 'each gives its rooms away with a word before; nobody’s call ends',
    nats: oneServer(3),
    strike: async (call) => {
      for (const [index, node] of [...call.nodes.entries()]) {
        await node.end();
        call.nodes[index] = await NodeProcess.start(node.nats, node.port);
        await delay(CALM_MS);
      }
    },
    longest: 8,
  }),
];
