import type { Logger } from 'pino';
import type { ClusterRooms } from '../cluster/cluster-rooms.js';
import { EventStream } from '../cluster/event-stream.js';
import { NatsBus } from '../cluster/nats-bus.js';
import { NatsLink } from '../cluster/nats-link.js';
import type { Meter } from '../common/metrics.js';
import type { Config } from '../config/schema.js';
import type { EventBus } from '../events/bus.js';
import { InProcessBus, type InProcessBusOptions } from '../events/in-process-bus.js';

/** What makes this server one node of many. */
export interface Cluster {
  link: NatsLink;
  rooms: ClusterRooms;
  stream: EventStream;
  close(): Promise<void>;
}

/** The bus of the whole product, whichever it is. */
export interface AppBus extends EventBus {
  /** Sets the metrics that are no events. */
  report(): void;
  close(): Promise<void>;
}

/** NATS servers that one may be missing of. */
const SERVERS_OF_A_CLUSTER = 3;

/**
 * Undefined where this server is alone.
 * @throws EmostreamError NATS_UNAVAILABLE or NATS_REFUSED
 */
export async function openCluster(config: Config, to: { meter: Meter; logger: Logger }): Promise<Cluster | undefined> {
  if (config.nats.length === 0) return undefined;
  // Loaded where it is used, with NATS's client library.
  const { ClusterRooms } = await import('../cluster/cluster-rooms.js');
  const link = await NatsLink.open(config, to);
  const replicas = config.nats.length >= SERVERS_OF_A_CLUSTER ? SERVERS_OF_A_CLUSTER : 1;
  const retentionMs = config.journalRetention * 1000;
  try {
    const stream = await EventStream.open(link, {
      ...{ retentionMs, replicas, maxBytes: config.natsStreamBytes, maxPerPerson: Math.max(1, config.journalSize) },
    });
    const rooms = new ClusterRooms({
      ...{ link, ...to, url: config.nodeUrl, inner: config.nodeInnerUrl, maxRooms: config.maxRooms },
      ...{ replicas, lingerMs: retentionMs },
    });
    const close = async () => {
      await rooms.close();
      await link.close();
    };
    return { link, rooms, stream, close };
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** The bus of this process alone, or of one node of many. */
export function openBus(
  options: Partial<InProcessBusOptions> & Pick<InProcessBusOptions, 'retentionMs'>,
  cluster: Cluster | undefined,
  { meter }: { meter: Meter },
): AppBus {
  if (!cluster) {
    const bus = new InProcessBus(options);
    return Object.assign(bus, {
      report: () => meter.set('emostream_journal_bytes', bus.bytes),
      close: () => Promise.resolve(),
    });
  }
  const { link, stream, rooms } = cluster;
  const { retentionMs } = options;
  return new NatsBus(options, { link, stream, meter, retentionMs, termOf: (room) => rooms.termOf(room) });
}
