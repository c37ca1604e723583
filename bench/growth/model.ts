import { seeded } from '../support/random.js';
import { ASSUMPTIONS, egressDollars, HOURS_OF_MONTH, type Assumption } from './assumptions.js';
import type { MeasuredCosts } from './measured-costs.js';
import { nodesFor } from './place-rooms.js';
import { replicaRate } from './replica-queue.js';

export const WAYS = ['here', 'triton-cpu', 'triton-gpu'] as const;
/** Where windows are judged: on each node itself, or on servers with two cores each, or with an H100 each. */
export type Way = (typeof WAYS)[number];

export type Given = { [K in keyof typeof ASSUMPTIONS]: number };

/** The assumptions by their values. */
export const given = (): Given =>
  Object.fromEntries(Object.entries<Assumption>(ASSUMPTIONS).map(([key, { value }]) => [key, value])) as Given;

/** What one of each carries before it is full, in people. */
export interface Capacities {
  node: number;
  /** Null where nodes judge themselves. */
  replica: number | null;
  /** One JetStream stream, of events and of leases. */
  eventStream: number;
  leaseBucket: number;
}

export interface Growth {
  people: number;
  way: Way;
  nodes: number;
  /** Of what nodes can carry, how much they do on average. */
  fill: number;
  replicas: number;
  natsServers: number;
  /** Streams that events must be spread over, and buckets that leases must. */
  eventStreams: number;
  leaseBuckets: number;
  /** Into NATS, a second: messages of events, of leases, and MB of both as its servers pass them on. */
  natsEvents: number;
  natsLeases: number;
  natsMBps: number;
  /** Gbit/s of media that leave. */
  mediaGbps: number;
  /** Dollars of a participant-hour. */
  cost: { nodes: number; replicas: number; nats: number; media: number; all: number };
}

const QUEUE_WINDOWS = 40_000;
const SEED = 18;

export function capacities(costs: MeasuredCosts, a: Given, way: Way): Capacities {
  // What the measured node had in use when it kept its promise: its cores are never all of use.
  const budgetMs = costs.nodePeople * (costs.allMs + costs.generatorMs);
  const tracks = 2 * (a.roomPeople - 1);
  const client = (costs.remoteClientMs ?? a.remoteClientMs) * costs.windowsPerSecond;
  const judging = way === 'here' ? costs.inferenceMs : client;
  const perPerson = costs.allMs - costs.inferenceMs + judging + tracks * costs.trackMs;
  const batches = way === 'triton-gpu' ? costs.gpuBatches : costs.cpuBatches;
  const rate = replicaRate({ batches, windows: QUEUE_WINDOWS, random: seeded(SEED) }, a.answerMs);
  return {
    node: Math.floor(budgetMs / perPerson),
    replica: way === 'here' ? null : Math.floor(rate / costs.windowsPerSecond),
    eventStream: Math.floor(a.natsStreamRate / costs.windowsPerSecond),
    leaseBucket: Math.floor((a.natsStreamRate * a.leaseRenewMs * a.roomPeople) / 1000),
  };
}

/** So many people at a time, on average, in rooms that come and go. */
export function growthOf(people: number, way: Way, costs: MeasuredCosts, a: Given = given()): Growth {
  const can = capacities(costs, a, way);
  const placing = { people, roomPeople: a.roomPeople, nodePeople: can.node, random: seeded(SEED) };
  const needed = nodesFor(placing, a.refused);
  const nodes = needed + Math.max(1, Math.ceil(needed * a.spareNodes));
  const rooms = people / a.roomPeople;
  // One more than is needed: one may die.
  const replicas = can.replica === null ? 0 : Math.ceil(people / can.replica) + 1;
  const eventStreams = Math.ceil(people / can.eventStream);
  const leaseBuckets = Math.ceil(people / can.leaseBucket);
  // Each stream has a leader, which works; the others of a server's streams only follow.
  const natsServers = Math.max(a.natsReplicas, eventStreams + leaseBuckets);
  const natsEvents = people * costs.windowsPerSecond;
  const natsLeases = (rooms * 1000) / a.leaseRenewMs;
  const copies = a.natsReplicas;
  const natsMBps = (natsEvents * a.eventBytes * (copies + a.subscribers) + natsLeases * a.leaseBytes * copies) / 1e6;
  const mediaGbps = (people * (a.roomPeople - 1) * a.receivedKbps) / 1e6;
  const hourly = (gbps: number): number => (gbps / 8) * 3600;
  const cost = {
    nodes: (nodes * (a.nodeDollars + a.addressDollars)) / people,
    replicas: (replicas * (way === 'triton-gpu' ? a.gpuDollars : a.nodeDollars)) / people,
    nats: (natsServers * a.natsDollars + (natsMBps / 1000) * 3600 * (2 / 3) * a.zoneDollarsPerGB) / people,
    media: egressDollars(hourly(mediaGbps) * HOURS_OF_MONTH) / HOURS_OF_MONTH / people,
  };
  const all = Object.values(cost).reduce((sum, one) => sum + one, 0);
  return {
    ...{ people, way, nodes, fill: people / (nodes * can.node), replicas, natsServers, eventStreams, leaseBuckets },
    ...{ natsEvents, natsLeases, natsMBps, mediaGbps, cost: { ...cost, all } },
  };
}
