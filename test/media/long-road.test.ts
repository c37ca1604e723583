import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CameraName, openCamera } from '../../bench/loss/cameras.js';
import { runLoss } from '../../bench/loss/run.js';
import { MEDIA_CODECS } from '../../src/sfu/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';

const PEOPLE = 2;
const SECONDS = 20;
const CAMERA_PICTURES = { 'vp8-layers': 7.5, vp8: 15, h264: 15 } satisfies Record<CameraName, number>;

/** A process that is later than this is a longer road itself, ms: sender and receiver are both in it. */
const TOO_LATE_MS = 60;

let worker: types.Worker;
let router: types.Router;
beforeAll(async () => {
  worker = await mediasoup.createWorker({ workerBin: findWorkerBinary(), logLevel: 'none' });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
});
afterAll(() => {
  worker.close();
});

it('a road of 100 ms there and back that loses 3 % each way costs next to no key frames, through mediasoup', async (test) => {
  const road = { lossPercent: 3, roundTripMs: 100 };
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  const cameras = Object.keys(CAMERA_PICTURES) as CameraName[];
  const found = await Promise.all(
    cameras.map((camera, i) => runLoss({ router, camera, people: PEOPLE, seconds: SECONDS, seed: 10 * i, ...road })),
  );
  const lateMs = Math.round(late.percentile(99) / 1e6);
  if (lateMs > TOO_LATE_MS) return test.skip(`this machine was late by ${String(lateMs)} ms`);
  for (const [i, camera] of cameras.entries()) {
    const people = found[i]!;
    const requests = people.reduce((sum, { keyFrameRequests }) => sum + keyFrameRequests, 0);
    // One in 20 s; with a wait of 80 ms it is one in two.
    expect(requests, camera).toBeLessThanOrEqual((PEOPLE * SECONDS) / 20);
    for (const { pictures } of people) {
      expect(pictures, camera).toBeGreaterThan(0.85 * SECONDS * CAMERA_PICTURES[camera]);
    }
  }
});

it('a camera gives a key frame when it is asked for one, and not else', () => {
  for (const name of ['vp8-layers', 'vp8', 'h264'] as const) {
    const camera = openCamera(name);
    const keys = Array.from({ length: 20 }, (_, index) => camera.encode(index, index === 8).isKeyFrame);
    camera.close();
    expect(keys.flatMap((key, index) => (key ? [index] : []))).toEqual([0, 8]);
  }
});
