import type { types } from 'mediasoup';
import pino from 'pino';
import { Bulkhead } from '../../../src/common/bulkhead.js';
import { type Meter, silentMeter } from '../../../src/common/metrics.js';
import type { Source } from '../../../src/common/consent.js';
import { RtpTap, TapTransports } from '../../../src/sfu/index.js';
import type { ParticipantAnalysis, TrackControl, TrackInfo } from '../../../src/sfu/types.js';
import { LocalReceiver, type PacketSink } from '../../sfu/support/local-receiver.js';
import { wallClock } from '../../../bench/support/index.js';

/** Taps a producer with the product's own tap; `open` makes the sink of the track. Returns what closes it. */
export async function tap(
  router: types.Router,
  producer: types.Producer,
  open: (track: TrackInfo, control: TrackControl) => PacketSink,
  meter: Meter = silentMeter,
): Promise<() => void> {
  const receiver = await LocalReceiver.create(meter);
  const source: Source = producer.kind === 'video' ? 'camera' : 'microphone';
  const analysis: ParticipantAnalysis = {
    setConsent() {},
    refusal: null,
    waitsFor: null,
    onDestination(listener) {
      listener(receiver.destination);
      return () => undefined;
    },
    addTrack: (info, control) => receiver.open(info, open(info, control)),
    caption: () => false,
    mediaProblem() {},
    close() {},
  };
  const logger = pino({ level: 'silent' });
  const rtpTap = new RtpTap(new TapTransports(router), {
    producer,
    source,
    analysis,
    clock: wallClock,
    bulkhead: new Bulkhead('participant', { meter, logger }),
    meter,
    logger,
    onStop: () => undefined,
    onFlood: () => undefined,
  });
  await rtpTap.open();
  return () => {
    rtpTap.close();
    receiver.close();
  };
}
