import { setTimeout as delay } from 'node:timers/promises';
import { Relay } from '../../test/client/support/relay.js';
import { NatsServer, noNatsServer } from '../../test/support/nats-server.js';
import type { MissedRun } from '../../src/events/room-journal.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { openBus } from '../nats/open-bus.js';
import { NatsCluster } from '../support/nats-cluster.js';
import { lostNumbers } from '../support/told-seconds.js';
import type { Found } from './drill.js';
import { check, type Outcome, type Row } from './row.js';

const ROOM = 'room';
const PEOPLE = 50;
const CALM_MS = 3000;
const PATIENCE_MS = 30_000;
/** Events go round among the people at this pace: each has one a second. */
const EVERY_MS = 20;

interface Heard {
  events: RoomEvent[];
  missed: MissedRun[];
}

interface EventsRow {
  id: string;
  what: string;
  promised: string;
  /** Where the node that has the room, and the one that reads it, find NATS, and what is done to it. */
  nats: () => Promise<{ writer: string; reader: string; strike: () => Promise<void>; close: () => Promise<void> }>;
  /** Nothing of it may be lost, told or not. */
  whole?: boolean;
}

/** Events of a room on one node, as its own subscribers and those of another node hear them, while something is done to NATS. */
const row = ({ nats, whole = false, ...told }: EventsRow): Row => ({
  ...told,
  cannot: () => noNatsServer ?? undefined,
  run: () => Promise.reject(new Error('starts its own servers')),
  alone: async () => {
    const { writer, reader, strike, close } = await nats();
    const [from, to] = [await openBus(writer), await openBus(reader)];
    const listen = async ({ bus }: typeof from): Promise<Heard> => {
      const heard: Heard = { events: [], missed: [] };
      await bus.ready(ROOM);
      const event = (one: RoomEvent) => void heard.events.push(one);
      bus.subscribe(ROOM, event, undefined, (run) => void heard.missed.push(run));
      return heard;
    };
    for (let n = 0; n < PEOPLE; n++) from.bus.enter({ room: ROOM, participant: `person-${String(n)}` });
    const [here, there] = [await listen(from), await listen(to)];
    let published = 0;
    let latest = 0;
    const timer = setInterval(() => {
      const began = performance.now();
      const window = { start: published * EVERY_MS, end: published * EVERY_MS + 1000 };
      const participant = `person-${String(published % PEOPLE)}`;
      published = from.bus.publish({ type: 'gap', room: ROOM, participant, window, reason: 'overloaded' }).seq;
      latest = Math.max(latest, performance.now() - began);
    }, EVERY_MS);
    try {
      await delay(CALM_MS);
      const struck = performance.now();
      await strike();
      const first = published;
      const reached = () => (there.events.at(-1)?.seq ?? 0) > first;
      while (!reached() && performance.now() - struck < PATIENCE_MS) await delay(20);
      const backS = (performance.now() - struck) / 1000;
      await delay(CALM_MS);
      clearInterval(timer);
      while ((there.events.at(-1)?.seq ?? 0) < published && performance.now() - struck < PATIENCE_MS) await delay(20);
      const { lost, repeated } = lostNumbers(there.events, there.missed);
      const behind = published - (there.events.at(-1)?.seq ?? 0);
      const missing = published - there.events.length;
      const complete = here.events.length === published;
      const counts: Record<string, number> = {};
      for (const { reason } of there.missed) counts[`missed: ${reason}`] = (counts[`missed: ${reason}`] ?? 0) + 1;
      const outcome: Outcome = {
        found: {
          ...NOTHING,
          expected: published,
          judged: there.events.length,
          numbersLost: lost + behind,
          numbersRepeated: repeated,
          told: counts,
        },
        figures: { backAfterSeconds: backS, missing, longestPublishMs: latest },
        checks: [
          check('who listens at the room’s node has every event', complete, `${here.events.length} of ${published}`),
          check('no event number is missing elsewhere', lost + behind === 0, lost + behind),
          check('no event comes twice', repeated === 0, repeated),
          check('events come elsewhere again', reached(), `${backS.toFixed(1)} s`),
          ...(whole ? [check('nothing is lost, told or not', missing === 0, missing)] : []),
        ],
      };
      return outcome;
    } finally {
      clearInterval(timer);
      await Promise.all([from.close(), to.close()]);
      await close();
    }
  },
});

const NOTHING: Found = {
  ...{ expected: 0, judged: 0, whole: 0, faceless: 0, voiceless: 0, gaps: {}, away: 0, silent: 0, longest: 0 },
  ...{ numbersLost: 0, numbersRepeated: 0, told: {}, counted: {} },
};

const alone =
  (strike: (server: NatsServer) => Promise<void>): EventsRow['nats'] =>
  async () => {
    const server = await NatsServer.start();
    return { writer: server.url, reader: server.url, strike: () => strike(server), close: () => server.close() };
  };

export const NODE_EVENTS: readonly Row[] = [
  row({
    id: 'events-nats-restarted',
    what: 'NATS, through which another node reads a room’s events, is killed, and started 5 s later',
    promised: 'the room’s node goes on; the other is told everything when NATS is back, once and in order',
    nats: alone(async (server) => {
      await server.kill();
      await delay(5000);
      await server.start();
    }),
    whole: true,
  }),
  row({
    id: 'events-nats-hung',
    what: 'the same, but NATS hangs for 8 s',
    promised: 'the same',
    nats: alone(async (server) => {
      server.hang();
      await delay(8000);
      server.goOn();
    }),
  }),
  row({
    id: 'events-leader-killed',
    what: 'of three NATS servers the one that leads the stream of events is killed',
    promised: 'another takes over; nothing is lost that is not told',
    nats: async () => {
      const cluster = await NatsCluster.start();
      const strike = async () => (await cluster.leaderOf('EMOSTREAM_EVENTS')).kill();
      return { writer: cluster.urls, reader: cluster.urls, strike, close: () => cluster.close() };
    },
  }),
  row({
    id: 'events-cut-off',
    what: 'the node that has the room is cut off from NATS for 8 s',
    promised: 'its own go on being told; the others are when it is back',
    nats: async () => {
      const server = await NatsServer.start();
      const relay = await Relay.start(server.port);
      const strike = async () => {
        relay.block();
        await delay(8000);
        relay.unblock();
      };
      const close = async () => {
        await relay.close();
        await server.close();
      };
      return { writer: `nats://127.0.0.1:${String(relay.port)}`, reader: server.url, strike, close };
    },
    whole: true,
  }),
];
