import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { encodeOpus, encodeVideo, synthesise } from '../../bench/support/index.js';
import { workerUrl } from '../../src/common/worker-url.js';

const pictures = encodeVideo({
  codec: 'VP8',
  width: 160,
  height: 120,
  framesPerSecond: 20,
  frames: 20,
  keyFrameEvery: 20,
  draw: (index, rgb) => rgb.fill(index),
}).map(({ data }) => data);
const sounds = encodeOpus(synthesise(1, (at) => Math.sin(at * 5000)));

async function decode(leave: boolean) {
  const worker = new Worker(workerUrl(import.meta.url, './support/decode-worker.js'), {
    workerData: { pictures, sounds, leave },
  });
  const exit = once(worker, 'exit');
  const [result] = (await once(worker, 'message')) as [{ decoded: number; samples: number; live: number }];
  const [code] = (await exit) as [number];
  return { ...result, code };
}

describe('the decoders in worker threads', () => {
  it('work in several at once and end cleanly, again and again', async () => {
    for (let round = 0; round < 3; round++) {
      for (const result of await Promise.all([decode(false), decode(false), decode(false)])) {
        expect(result).toMatchObject({ decoded: 20, live: 0, code: 0 });
        // One second less the 16 samples that the filter still holds.
        expect(result.samples).toBe(16_000 - 16);
      }
    }
  });

  it('do no harm when a thread ends without closing them', async () => {
    expect(await decode(true)).toMatchObject({ decoded: 20, live: 2, code: 0 });
    expect(await decode(false)).toMatchObject({ live: 0, code: 0 });
  });
});
