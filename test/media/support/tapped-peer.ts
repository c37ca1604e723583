import type { types } from 'mediasoup';
import pino from 'pino';
import { Bulkhead } from '../../../src/common/bulkhead.js';
import { type Meter, silentMeter } from '../../../src/common/metrics.js';
import type { Source } from '../../../src/common/consent.js';
import { DirectTap } from '../../../src/sfu/direct-tap.js';
import type { ParticipantAnalysis, TrackControl, TrackInfo, TrackSink } from '../../../src/sfu/types.js';
import { wallClock } from '../../../bench/support/index.js';

/** Taps a producer with the product's own tap; `open` makes the sink of the track. Returns what closes it. */
export async function tap(
  router: types.Router,
  producer: types.Producer,
  open: (track: TrackInfo, control: TrackControl) => TrackSink,
  meter: Meter = silentMeter,
): Promise<() => void> {
  const transport = await router.createDirectTransport();
  const source: Source = producer.kind === 'video' ? 'camera' : 'microphone';
  const analysis: ParticipantAnalysis = {
    setConsent() {},
    addTrack: open,
    caption() {},
    mediaProblem() {},
    close() {},
  };
  const logger = pino({ level: 'silent' });
  const directTap = new DirectTap(transport, {
    producer,
    source,
    analysis,
    clock: wallClock,
    bulkhead: new Bulkhead('participant', { meter, logger }),
    meter,
    logger,
    onStop: () => undefined,
    maxPacketRate: 1000,
    onFlood: () => undefined,
  });
  await directTap.open();
  return () => {
    directTap.close();
    transport.close();
  };
}
