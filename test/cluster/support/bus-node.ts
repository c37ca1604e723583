import { EventStream } from '../../../src/cluster/event-stream.js';
import { NatsBus } from '../../../src/cluster/nats-bus.js';
import { NatsLink } from '../../../src/cluster/nats-link.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ResumePoint } from '../../../src/events/bus.js';
import type { InProcessBusOptions } from '../../../src/events/in-process-bus.js';
import { PromMeter } from '../../../src/telemetry/prom-meter.js';
import { Listener } from '../../events/support/listener.js';

const RETENTION_MS = 60_000;
const quiet = { info: () => undefined, warn: () => undefined };

/** A node of many, as far as events go. */
export class BusNode {
  readonly #ends: Listener[] = [];

  private constructor(
    readonly bus: NatsBus,
    readonly stream: EventStream,
    readonly meter: PromMeter,
    readonly link: NatsLink,
  ) {}

  /** @param claims the claims of rooms, by room: which node has it is the test's affair */
  static async start(url: string, claims: ReadonlyMap<string, number>, options: Partial<InProcessBusOptions> = {}) {
    const meter = new PromMeter();
    const link = await NatsLink.open({ ...loadConfig(), nats: [url] }, { meter, logger: quiet });
    const stream = await EventStream.open(link, {
      ...{ retentionMs: RETENTION_MS, maxBytes: 2 ** 24, maxPerPerson: 2000, replicas: 1 },
    });
    const termOf = (room: string) => claims.get(room);
    return new BusNode(
      new NatsBus(options, { link, stream, meter, retentionMs: RETENTION_MS, termOf }),
      ...([stream, meter, link] as const),
    );
  }

  async listen(room: string, from?: ResumePoint): Promise<Listener> {
    await this.bus.ready(room);
    const listener = new Listener(this.bus, room, from);
    this.#ends.push(listener);
    return listener;
  }

  async count(name: string, labels: Record<string, string> = {}): Promise<number> {
    const { values } = await this.meter.registry.getSingleMetric(name)!.get();
    const is = (series: Record<string, unknown>) =>
      Object.entries(labels).every(([key, value]) => series[key] === value);
    return values.filter((series) => is(series.labels)).reduce((sum, { value }) => sum + value, 0);
  }

  /** All at once, as a process that is killed. */
  async kill(): Promise<void> {
    await this.link.connection.close();
    await this.close();
  }

  async close(): Promise<void> {
    for (const listener of this.#ends.splice(0)) listener.close();
    await this.bus.close();
    await this.link.close();
  }
}
