import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecording, type Recording, synthesise } from '../../bench/support/index.js';
import { Call } from './support/call.js';

/** At 400 000 pixels a second no picture of more than 50 000 is decoded. */
const MAX_PIXEL_RATE = 400_000;

let call: Call;
const recording = (width: number, height: number): Recording =>
  makeRecording({
    video: {
      codec: 'VP8',
      width,
      height,
      framesPerSecond: 7.5,
      frames: 15,
      keyFrameEvery: 15,
      draw: (_, rgb) => rgb.fill(90),
    },
    audio: synthesise(2, (at) => 0.1 * Math.sin(at * 2000)),
  });

beforeAll(async () => {
  call = await Call.start('pictures', { maxPixelRate: MAX_PIXEL_RATE });
});
afterAll(() => call.close());

describe('a camera whose pictures are larger than the server decodes', () => {
  it('is set aside, subscribers are told why, and the voice and the others go on', { timeout: 120_000 }, async () => {
    const consent = { face: true, voice: true, words: false };
    const large = await call.join('large', { recording: recording(640, 360), consent });
    const small = await call.join('small', { recording: recording(160, 120), consent });
    large.peer.start();
    small.peer.start();
    const told = await call.until('the problem', () => call.of('media', 'large')[0], 60_000);
    expect(told).toMatchObject({ source: 'camera', problem: 'picture-size' });
    await call.until('the end of the face', () => call.of('begin', 'large').some(({ analysed }) => !analysed.face));
    expect(call.of('begin', 'large').at(-1)?.analysed).toEqual({ face: false, voice: true, words: false });
    await call.until('an event without a face', () =>
      call.of('emotion', 'large').some(({ face, voice }) => face.state === 'off' && voice.state === 'live'),
    );
    const seen = call.of('emotion', 'small').length;
    await call.until('the other one', () =>
      call
        .of('emotion', 'small')
        .slice(seen)
        .some((e) => e.face.state === 'live'),
    );
    expect(call.of('media', 'small')).toEqual([]);
    expect(call.of('media', 'large')).toHaveLength(1);
    large.close();
    small.close();
  });
});
