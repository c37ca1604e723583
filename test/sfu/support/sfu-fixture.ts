import { pino } from 'pino';
import { systemClock } from '../../../src/common/clock.js';
import { Room, TapCounter, WorkerPool } from '../../../src/sfu/index.js';
import { findWorkerBinary } from '../../../src/sfu/worker-binary.js';
import { LocalReceiver } from './local-receiver.js';
import { RecordingAnalyser } from './recording-analyser.js';
import { RecordingMeter } from './recording-meter.js';

export const silentLogger = pino({ level: 'silent' });

/** Real workers with what stands around them. */
export async function startSfu(size = 1, { maxConsumersPerWorker = 512 } = {}) {
  const meter = new RecordingMeter();
  const analyser = new RecordingAnalyser(await LocalReceiver.create(meter));
  const pool = await WorkerPool.create({
    size,
    rtcHost: '127.0.0.1',
    rtcPort: 0,
    workerBin: findWorkerBinary(),
    meter,
    logger: silentLogger,
  });
  const openRoom = (id: string) =>
    Room.create(id, {
      pool,
      analyser,
      meter,
      clock: systemClock,
      logger: silentLogger,
      maxBitrate: 1_500_000,
      maxPacketRate: 1000,
      maxParticipants: 50,
      maxConsumersPerWorker,
      tapCounter: new TapCounter(meter),
    });
  return { meter, analyser, pool, openRoom };
}

export type Sfu = Awaited<ReturnType<typeof startSfu>>;

/** What a worker holds, by mediasoup's own dumps. */
export async function census({ pool }: Sfu) {
  const counts = { webRtcServers: 0, routers: 0, handlers: 0, webRtcTransports: 0 };
  for (const { worker, webRtcServer } of pool.workers) {
    const dump = await worker.dump();
    counts.webRtcServers += dump.webRtcServerIds.length;
    counts.routers += dump.routerIds.length;
    // Every router, transport, producer and consumer has a handler of its own in the worker.
    counts.handlers += dump.channelMessageHandlers.channelRequestHandlers.length;
    counts.webRtcTransports += (await webRtcServer.dump()).webRtcTransportIds.length;
  }
  return counts;
}
