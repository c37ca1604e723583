import { randomBytes } from 'node:crypto';
import { EmostreamError, firstLine } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { waitAtMost } from '../common/wait-at-most.js';
import { keepStreams } from './kept-streams.js';
import { LEASE_TIMES, type LeaseHolder } from './lease-store.js';
import type { LinkLog, NatsLink } from './nats-link.js';
import { NatsLeaseStore } from './nats-lease-store.js';
import { NatsNodes } from './nats-nodes.js';
import { chooseNode, type NodeLoad, sharesAddress, spreadRooms } from './node-table.js';
import type { Placement, PlacementHost } from './placement.js';
import { RoomLeases } from './room-leases.js';

export interface ClusterRoomsOptions {
  link: NatsLink;
  /** Where clients find this node; that of the server if not given. */
  url: string | undefined;
  /** Where other nodes reach it, to hand clients through to it. */
  inner: string | undefined;
  /** On how many of NATS's servers leases are kept. */
  replicas: number;
  lingerMs: number;
  maxRooms: number;
  meter: Meter;
  logger: LinkLog & { error(details: object, message: string): void };
}

/** As /readyz tells it. */
export interface ClusterReport {
  node: string;
  url: string;
  /** `cut-off`: NATS is not reached; the calls go on, and no new room is begun. */
  state: 'ok' | 'cut-off';
  nodes: number;
  rooms: number;
  /** Rooms that could not be renewed in time: another node may have them by now. */
  unsure: number;
  draining: boolean;
}

const BUCKETS = { rooms: 'emostream_rooms', nodes: 'emostream_nodes' };
const TICK_MS = 250;
/** Whoever asks for a room waits so long for the answer at most, ms: until the lease of a node that died is over, it is that node's. */
const CLAIM_PATIENCE_MS = 3000;
/** Looked at with each telling of how this node stands: some 12 s. */
const MOST_SHARED = 8;
const DRAIN_PATIENCE_MS = 1000;
/** What says so itself never rejects. */
const NEVER = () => undefined;

/** Rooms on many nodes: each is claimed by a lease in NATS, and lives on the node that holds it. */
export class ClusterRooms implements Placement {
  readonly #options: ClusterRoomsOptions;
  /** Of this process: a node that starts anew is another one. */
  readonly node = randomBytes(9).toString('hex');
  readonly #now = () => performance.now();
  #begun: { host: PlacementHost; self: LeaseHolder; leases: RoomLeases; nodes: NatsNodes } | undefined;
  #draining = false;
  #timer: NodeJS.Timeout | undefined;
  #toldMs = -Infinity;
  /** When NATS was last out of reach. */
  #cutOffMs = -Infinity;
  #urls: readonly string[] = [];
  /** How many times running it was seen that another node has this one's address. */
  #shared = 0;

  constructor(options: ClusterRoomsOptions) {
    this.#options = options;
  }

  /** @throws EmostreamError NATS_UNAVAILABLE where NATS has no key-value store for us, CONFIG_INVALID where nobody knows our address */
  async begin(host: PlacementHost): Promise<void> {
    const { link, lingerMs, maxRooms, meter, replicas, inner, url = host.url } = this.#options;
    if (!URL.canParse(url)) throw new EmostreamError('CONFIG_INVALID', 'nodeUrl: clients must know where this node is');
    const self = { node: this.node, url, inner };
    const connected = () => link.connected;
    const { kept, rooms, nodes } = await this.#buckets(replicas);
    const onFailure = () => kept.look();
    const leases = new RoomLeases({
      ...{ self, lingerMs, maxRooms, meter, times: LEASE_TIMES, now: this.#now },
      store: new NatsLeaseStore({
        ...{ bucket: rooms, connected, onFailure },
        isWhole: () => kept.settled && this.#now() - kept.madeMs >= LEASE_TIMES.ttlMs,
      }),
      rooms: () => host.rooms(),
      inUse: (room) => host.inUse(room),
      onError: (error) => this.#options.logger.error({ err: error }, 'a room could not be moved'),
      onLost: (room, holder) => this.#move(room, holder, this.#draining ? 'drained' : 'lost'),
    });
    const others = new NatsNodes(this.node, { bucket: nodes, connected, now: this.#now, onFailure });
    kept.onMade(() => others.resume());
    this.#begun = { host, self, leases, nodes: others };
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** The number of this node's claim of a room, larger than that of any claim before; undefined where it has none. */
  termOf(room: string): number | undefined {
    return this.#begun?.leases.termOf(room);
  }

  get urls(): readonly string[] {
    return this.#urls;
  }

  async claim(room: string): Promise<void> {
    const { meter } = this.#options;
    const begun = this.#begun;
    if (!begun) throw new EmostreamError('NATS_UNAVAILABLE', 'the server is starting: try again in a moment');
    const chosen = chooseNode(this.#load(), begun.nodes.others);
    const preferred = chosen.node === this.node ? undefined : chosen;
    const where = await begun.leases.claim(room, preferred, CLAIM_PATIENCE_MS);
    meter.count('emostream_cluster_claims_total', { answer: where.type });
    if (where.type === 'here') return;
    if (where.type === 'unknown') {
      throw new EmostreamError(
        'NATS_UNAVAILABLE',
        'which server has this room cannot be found out: try again in a moment',
      );
    }
    const { url } = where.holder;
    throw new EmostreamError('MOVED', `this room is at ${url}`, { url });
  }

  async through(room: string): Promise<string | undefined> {
    return this.#options.inner === undefined ? undefined : (await this.#begun?.leases.look(room))?.inner;
  }

  async drain(): Promise<void> {
    const begun = this.#begun;
    if (!begun || this.#draining) return;
    this.#draining = true;
    const { host, nodes, leases } = begun;
    // First, so that nobody gives us theirs.
    nodes.tell(this.#load()).catch(NEVER);
    const rooms = new Map([...host.rooms()].map((room) => [room, host.people(room)]));
    const targets = spreadRooms(rooms, nodes.others);
    await waitAtMost(DRAIN_PATIENCE_MS, leases.giveAll(targets));
    // Where the store did not answer: whoever comes there is told when the lease is over.
    for (const [room, target] of targets) if (host.inUse(room)) this.#move(room, target, 'drained');
  }

  report(): ClusterReport {
    const { link, url = '' } = this.#options;
    return {
      ...{ node: this.node, url: this.#begun?.self.url ?? url, draining: this.#draining },
      state: link.connected ? 'ok' : 'cut-off',
      nodes: 1 + (this.#begun?.nodes.others.length ?? 0),
      rooms: this.#begun?.leases.held.length ?? 0,
      unsure: this.#begun?.leases.unsure ?? 0,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await waitAtMost(DRAIN_PATIENCE_MS, this.#begun?.nodes.close() ?? Promise.resolve());
  }

  #load(): NodeLoad {
    const { host, self } = this.#begun!;
    return { ...self, ...host.figures(), draining: this.#draining };
  }

  #tick(): void {
    const begun = this.#begun;
    if (!begun) return;
    begun.leases.tick();
    const others = begun.nodes.others;
    this.#options.meter.set('emostream_cluster_nodes', 1 + others.length);
    const now = this.#now();
    if (!this.#options.link.connected) this.#cutOffMs = now;
    // Who cannot be heard is not gone for that: their people may come here, and ours go there.
    const kept = now - this.#cutOffMs < LEASE_TIMES.ttlMs + LEASE_TIMES.renewMs ? this.#urls : [];
    const there = others.filter(({ draining }) => !draining).map(({ url }) => url);
    const urls = [...new Set([begun.self.url, ...there, ...kept])];
    if (urls.join(' ') !== this.#urls.join(' ')) {
      this.#urls = urls;
      begun.host.nodesChanged(urls);
    }
    if (now - this.#toldMs < LEASE_TIMES.renewMs) return;
    this.#toldMs = now;
    this.#checkAddress(begun.self, others);
    begun.nodes.tell(this.#load()).catch(NEVER);
  }

  /** One that began anew where another was killed shares its address for as long as that is heard of. */
  #checkAddress(self: LeaseHolder, others: readonly NodeLoad[]): void {
    this.#shared = sharesAddress(self, others) ? this.#shared + 1 : 0;
    if (this.#shared !== MOST_SHARED) return;
    const message =
      'another node has the same nodeUrl, and people cannot be sent there: give each its own, or nodeInnerUrl, too';
    this.#options.logger.error({ url: self.url }, message);
  }

  #move(room: string, { url }: LeaseHolder, reason: 'drained' | 'lost'): void {
    const { meter, logger } = this.#options;
    meter.count('emostream_cluster_moves_total', { reason });
    logger.info({ room, reason }, 'a room is another node’s now');
    this.#begun?.host.move(room, url);
  }

  async #buckets(replicas: number) {
    const { link } = this.#options;
    const buckets = Object.values(BUCKETS);
    try {
      const kept = await keepStreams(
        link,
        buckets.map((bucket) => ({ config: bucketConfig(bucket), replicas })),
      );
      // Loaded where it is used: a server that is alone does without.
      const { Kvm } = await import('@nats-io/kv');
      const kvm = new Kvm(link.connection);
      const [rooms, nodes] = await Promise.all([
        kvm.open(BUCKETS.rooms, { allow_direct: false }),
        kvm.open(BUCKETS.nodes, { allow_direct: false }),
      ]);
      return { kept, rooms, nodes };
    } catch (error) {
      const message = `NATS has no key-value store for us (${firstLine(error)}): JetStream must be on, with at least ${replicas} servers`;
      throw new EmostreamError('NATS_UNAVAILABLE', message, { cause: error });
    }
  }
}

/**
 * A key-value bucket (https://github.com/nats-io/nats-architecture-and-design, ADR-8) that keeps of each key the newest, for as long as a
 * lease lasts. Read from the server that leads: others may not have the newest yet.
 */
const bucketConfig = (bucket: string) => ({
  ...{ name: `KV_${bucket}`, subjects: [`$KV.${bucket}.>`], max_msgs_per_subject: 1, allow_rollup_hdrs: true },
  ...{ max_age: LEASE_TIMES.ttlMs * NS, duplicate_window: LEASE_TIMES.ttlMs * NS, allow_direct: false },
});
const NS = 1e6;
