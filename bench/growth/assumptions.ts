/** A figure that nobody measured here. */
export interface Assumption {
  value: number;
  unit: string;
  what: string;
  /** Where it is from, and of when. `memory`: from memory, not looked up. */
  source: string;
}

const MEMORY = 'memory, not looked up; AWS us-east-1, on demand, Linux, 2026';
const EGRESS = 'wring.co/blog/aws-data-transfer-pricing-guide and egresscost.com/aws, read November 2026';
const OURS = 'a choice';

/** What the simulation takes for given. Change one, and run it again. */
export const ASSUMPTIONS = {
  roomPeople: { value: 4, unit: 'people', what: 'in a room, on average (2 to 16, geometric)', source: OURS },
  roomMinutes: { value: 30, unit: 'min', what: 'a room lasts, on average (exponential)', source: OURS },
  refused: { value: 0.001, unit: 'share', what: 'of rooms that may find no node with room for them', source: OURS },
  spareNodes: {
    value: 0.05,
    unit: 'share',
    what: 'of nodes more than that, for those that die or are rolled',
    source: OURS,
  },
  receivedKbps: {
    value: 352,
    unit: 'kbit/s',
    what: 'received from each other person: the middle simulcast layer (320) and sound (32)',
    source: 'client/lib/call/media-link.ts; which layer is watched is a choice',
  },
  subscribers: { value: 1, unit: 'per room', what: 'that hear events on another node than the room’s', source: OURS },
  eventBytes: {
    value: 2000,
    unit: 'byte',
    what: 'an event on the wire, with its headers',
    source: 'test/server/support/emotion-event.ts',
  },
  leaseRenewMs: { value: 1500, unit: 'ms', what: 'each room’s lease is renewed', source: 'src/cluster/lease-store.ts' },
  leaseBytes: { value: 300, unit: 'byte', what: 'a lease on the wire', source: OURS },
  natsReplicas: { value: 3, unit: 'copies', what: 'of every message of JetStream', source: OURS },
  natsStreamRate: {
    value: 20_000,
    unit: 'messages/s',
    what: 'that one stream with three copies takes (its leader is one server)',
    source: 'memory, not looked up and not measured here',
  },
  remoteClientMs: {
    value: 0.5,
    unit: 'ms of CPU a window',
    what: 'that asking a server costs a node, where bench/results/triton.json does not say',
    source: 'a guess; bench:triton measures it',
  },
  answerMs: { value: 100, unit: 'ms', what: 'in which a replica answers 95 % of requests', source: OURS },
  nodeDollars: {
    value: 0.1026,
    unit: '$/h',
    what: 'c7a.large, 2 cores of AMD EPYC, 4 GiB: a node, or a replica',
    source: MEMORY,
  },
  gpuDollars: {
    value: 6.88,
    unit: '$/h',
    what: 'p5.4xlarge, one H100: a replica',
    source:
      'memory, not looked up; pages name 2.49 (Lambda) to 12.29 (an eighth of AWS p5.48xlarge): computespec.pages.dev, read November 2026',
  },
  natsDollars: { value: 0.2053, unit: '$/h', what: 'c7a.xlarge: a NATS server', source: MEMORY },
  addressDollars: { value: 0.005, unit: '$/h', what: 'a public IPv4 address, of each node', source: EGRESS },
  zoneDollarsPerGB: {
    value: 0.02,
    unit: '$/GB',
    what: 'between zones, out and in: of what NATS carries two thirds',
    source: EGRESS,
  },
} as const satisfies Record<string, Assumption>;

/** What leaves the cloud, of a month: up to so many GB at so much each. Source: as above. */
export const EGRESS_TIERS: readonly { upToGB: number; dollars: number }[] = [
  { upToGB: 10_000, dollars: 0.09 },
  { upToGB: 50_000, dollars: 0.085 },
  { upToGB: 150_000, dollars: 0.07 },
  { upToGB: Infinity, dollars: 0.05 },
];

export const HOURS_OF_MONTH = 730;

/** Dollars for what leaves in a month. */
export function egressDollars(gigabytes: number): number {
  let [paid, from] = [0, 0];
  for (const { upToGB, dollars } of EGRESS_TIERS) {
    if (gigabytes <= from) break;
    paid += (Math.min(gigabytes, upToGB) - from) * dollars;
    from = upToGB;
  }
  return paid;
}
