import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CameraName, openCamera } from '../../bench/loss/cameras.js';
import { runLoss } from '../../bench/loss/run.js';
import { MEDIA_CODECS } from '../../src/sfu/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';

const PEOPLE = 2;
const SECONDS = 30;
const CAMERA_PICTURES = { 'vp8-layers': 7.5, vp8: 15, h264: 15 } satisfies Record<CameraName, number>;

let worker: types.Worker;
let router: types.Router;
beforeAll(async () => {
  worker = await mediasoup.createWorker({ workerBin: findWorkerBinary(), logLevel: 'none' });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
});
afterAll(() => {
  worker.close();
});

it(
  'a road of 100 ms there and back that loses 3 % each way costs next to no key frames, through mediasoup',
  { retry: 1 },
  async () => {
    const road = { lossPercent: 3, roundTripMs: 100 };
    await Promise.all(
      (Object.keys(CAMERA_PICTURES) as CameraName[]).map(async (camera, index) => {
        const people = await runLoss({ router, camera, people: PEOPLE, seconds: SECONDS, seed: 10 * index, ...road });
        const requests = people.reduce((sum, { keyFrameRequests }) => sum + keyFrameRequests, 0);
        // One in 20 s; with a wait of 80 ms it is one in two.
        expect(requests, camera).toBeLessThanOrEqual((PEOPLE * SECONDS) / 20);
        for (const { pictures } of people) {
          expect(pictures, camera).toBeGreaterThan(0.85 * SECONDS * CAMERA_PICTURES[camera]);
        }
      }),
    );
  },
);

it('a camera gives a key frame when it is asked for one, and not else', () => {
  for (const name of ['vp8-layers', 'vp8', 'h264'] as const) {
    const camera = openCamera(name);
    const keys = Array.from({ length: 20 }, (_, index) => camera.encode(index, index === 8).isKeyFrame);
    camera.close();
    expect(keys.flatMap((key, index) => (key ? [index] : []))).toEqual([0, 8]);
  }
});
