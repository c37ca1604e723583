import { EventStream } from '../../src/cluster/event-stream.js';
import { NatsBus } from '../../src/cluster/nats-bus.js';
import { NatsLink } from '../../src/cluster/nats-link.js';
import { silentMeter } from '../../src/common/metrics.js';
import { loadConfig } from '../../src/config/load.js';

const quiet = { info: () => undefined, warn: () => undefined };

/** The events of one node of many, in this process, as `emostream serve --nats` has them. */
export async function openBus(nats: string): Promise<{ bus: NatsBus; close: () => Promise<void> }> {
  const config = { ...loadConfig(), nats: nats.split(',') };
  const retentionMs = config.journalRetention * 1000;
  const link = await NatsLink.open(config, { meter: silentMeter, logger: quiet });
  const stream = await EventStream.open(link, {
    ...{ retentionMs, maxBytes: 2 ** 28, maxPerPerson: config.journalSize, replicas: config.nats.length },
  });
  const bus = new NatsBus({ retentionMs }, { link, stream, meter: silentMeter, retentionMs, termOf: () => 1 });
  const close = async () => {
    await bus.close();
    await link.close();
  };
  return { bus, close };
}

/** The clock that all processes of a machine share, ms. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6;
