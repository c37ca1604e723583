import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { Subject } from 'rxjs';
import { systemClock } from '../common/clock.js';
import { toEmostreamError } from '../common/errors.js';
import { ThreadMeter } from '../common/thread-meter.js';
import { ThreadVitals } from '../common/thread-vitals.js';
import { FaceFinder } from '../features/face-finder.js';
import { liveDecoders } from '../media/index.js';
import { loadTranscriber } from './load-transcriber.js';
import type { AnalysisOptions, FromAnalysis, ToAnalysis } from './messages.js';
import { forEachPacket } from './packet-batch.js';
import { ParticipantPipeline } from './participant-pipeline.js';

/** Windows close, and missing packets are given up, with this granularity, ms. */
const TICK_MS = 10;
const METRICS_EVERY_MS = 500;

const port = parentPort;
if (!port) throw new Error('analysis-worker.ts runs as a worker thread only');
const options = workerData as AnalysisOptions;
const send = (message: FromAnalysis, transfer: ArrayBuffer[] = []) => {
  port.postMessage(message, transfer);
};

const meter = new ThreadMeter();
const vitals = new ThreadVitals(`analysis-${String(options.index)}`, meter);
const faceFinder = await FaceFinder.create();
const transcriber = options.transcriber === null ? null : await loadTranscriber(options.transcriber);
const tick$ = new Subject<number>();
const participants = new Map<number, ParticipantPipeline>();
/** Track handle → key of its participant. */
const owners = new Map<number, number>();

const ticker = setInterval(() => {
  const now = systemClock();
  for (const participant of participants.values()) participant.tick(now);
  tick$.next(now);
}, TICK_MS);
const reporter = setInterval(() => {
  vitals.report();
  send({ type: 'metrics', measurements: meter.flush() });
}, METRICS_EVERY_MS);

const pipelineOf = (handle: number) => participants.get(owners.get(handle) ?? -1);

function openParticipant(key: number): void {
  participants.set(
    key,
    new ParticipantPipeline({
      options,
      faceFinder,
      tick$,
      transcriber,
      clock: systemClock,
      meter,
      onWindow: (features, generation) => {
        const transfer: ArrayBuffer[] = [];
        for (const array of [features.face?.crops, features.voice?.logMel, features.words?.tokens]) {
          if (array) transfer.push(array.buffer as ArrayBuffer);
        }
        send({ type: 'window', key, generation, features }, transfer);
      },
      onSkipped: (startMs, endMs) => {
        send({ type: 'skipped', key, startMs, endMs });
      },
      requestKeyFrame: (handle) => {
        send({ type: 'keyFrame', handle });
      },
      onTrackProblem: (handle, problem) => {
        send({ type: 'trackProblem', handle, problem });
      },
    }),
  );
}

function handle(message: ToAnalysis): void {
  switch (message.type) {
    case 'packets':
      forEachPacket(message, (track, data, arrivalMs) => {
        guarded(() => pipelineOf(track)?.packet(track, data, arrivalMs));
      });
      send({ type: 'handled' });
      break;
    case 'senderReport':
      pipelineOf(message.handle)?.senderReport(message.handle, message.report);
      break;
    case 'caption':
      participants.get(message.key)?.caption(message);
      break;
    case 'consent':
      participants.get(message.key)?.setConsent(message);
      break;
    case 'open':
      openParticipant(message.key);
      break;
    case 'close':
      participants.get(message.key)?.close();
      participants.delete(message.key);
      for (const [track, key] of owners) if (key === message.key) owners.delete(track);
      break;
    case 'trackOpen':
      owners.set(message.handle, message.key);
      participants.get(message.key)?.openTrack(message.handle, message.track);
      break;
    case 'trackPaused':
      pipelineOf(message.handle)?.setPaused(message.handle, message.paused);
      break;
    case 'trackClose':
      pipelineOf(message.handle)?.closeTrack(message.handle);
      owners.delete(message.handle);
      break;
    case 'inspect':
      send({
        type: 'inspection',
        id: message.id,
        result: {
          participants: participants.size,
          tracks: [...participants.values()].reduce((sum, p) => sum + p.tracks, 0),
          decoders: liveDecoders(),
          tensors: tf.memory().numTensors,
        },
      });
      break;
    case 'stop':
      clearInterval(ticker);
      clearInterval(reporter);
      vitals.close();
      for (const participant of participants.values()) participant.close();
      participants.clear();
      faceFinder.dispose();
      port?.close();
      break;
  }
}

/** One participant's trouble must not take the thread, and with it everybody, down. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
  }
}

port.on('message', (message: ToAnalysis) => {
  guarded(() => {
    handle(message);
  });
});
send({ type: 'ready' });
