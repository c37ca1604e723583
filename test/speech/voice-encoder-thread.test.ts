import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { VOICE_SECOND } from '../../src/speech/heard-sizes.js';
import { VoiceEncoder } from '../../src/speech/voice-encoder.js';
import { MOST_WAITING, VoiceEncoderThread } from '../../src/speech/voice-encoder-thread.js';
import { speech } from '../features/support/sounds.js';
import { CountMeter } from '../inference/support/count-meter.js';

const fake = pathToFileURL(projectFile('test/fixtures/request-thread.mjs'));
const [ANSWERS, DIES, HANGS, REFUSES] = [0, 1, 2, 3];

describe('the thread that encodes voices', () => {
  let thread: VoiceEncoderThread;
  afterEach(() => thread.close());
  const setUp = (options: { entry?: URL; patienceMs?: number } = { entry: fake }) => {
    const meter = new CountMeter();
    thread = new VoiceEncoderThread({ meter, clock: () => 0, ...options });
    const dropped = (reason: string) => meter.counted('emostream_dropped_total', { stage: 'voice-encoder', reason });
    return { meter, dropped, encode: (what: number, n = 0) => thread.encode(Float32Array.of(what, n)) };
  };

  it('answers each second, in turn, and says what it cost; the samples are handed over', async () => {
    const { meter, encode } = setUp();
    const second = Float32Array.of(ANSWERS, 7);
    const answers = await Promise.all([thread.encode(second), encode(ANSWERS, 1), encode(ANSWERS, 2)]);
    expect(answers.map(([, n]) => n)).toEqual([7, 1, 2]);
    expect(second.length).toBe(0);
    expect(meter.counted('emostream_voice_encoding_cpu_seconds_total')).toBeCloseTo(0.003, 9);
    expect(meter.observed.filter(({ labels }) => labels?.['stage'] === 'voice-encoder')).toHaveLength(3);
  });

  it('goes on after a second that it died of, and after one that it refused', async () => {
    const { meter, dropped, encode } = setUp();
    const [died, refused, answered] = await Promise.allSettled([encode(DIES), encode(REFUSES), encode(ANSWERS)]);
    expect(died).toMatchObject({ reason: { code: 'WORKER_DIED' } });
    expect(refused).toMatchObject({ reason: { code: 'INTERNAL' } });
    expect(answered.status).toBe('fulfilled');
    expect(dropped('failed')).toBe(2);
    expect(meter.counted('emostream_worker_restarts_total', { worker: 'voice-encoder' })).toBe(1);
  });

  it('refuses samples that were handed over already, and goes on', async () => {
    const { dropped, encode } = setUp();
    const second = Float32Array.of(ANSWERS, 1);
    await thread.encode(second);
    await expect(thread.encode(second)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await encode(ANSWERS, 3))[1]).toBe(3);
    expect(dropped('failed')).toBe(1);
  });

  it('that hangs is replaced', async () => {
    const { encode } = setUp({ entry: fake, patienceMs: 3000 });
    await expect(encode(HANGS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect((await encode(ANSWERS, 5))[1]).toBe(5);
  });

  it('that always dies is given up, and rejects whatever waits', async () => {
    const { encode } = setUp();
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => encode(DIES)));
    expect(all.every((each) => each.status === 'rejected')).toBe(true);
    expect(thread.hopeless).toBe(true);
    await expect(encode(ANSWERS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
  });

  it('holds a bounded number of seconds: the oldest of those that wait makes room', async () => {
    const { dropped, encode } = setUp();
    const outcomes = Promise.allSettled(Array.from({ length: MOST_WAITING + 3 }, (_, n) => encode(ANSWERS, n)));
    // One is in the works.
    expect(thread.waiting).toBe(MOST_WAITING);
    const lost = (await outcomes).flatMap((each, n) => (each.status === 'rejected' ? [n] : []));
    expect(lost).toEqual([1, 2]);
    expect(dropped('overflow')).toBe(2);
  });

  it('that is closed rejects what waits and what comes', async () => {
    const { dropped, encode } = setUp();
    const waiting = Promise.allSettled([encode(ANSWERS), encode(ANSWERS)]);
    const ended = thread.close();
    for (const each of await waiting) expect(each).toMatchObject({ reason: { code: 'CLOSED' } });
    await expect(encode(ANSWERS)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(dropped('failed') + dropped('overflow')).toBe(0);
    await ended;
  });

  const isInstalled = VoiceEncoder.isInstalled();
  if (!isInstalled) console.log('skipped: the voice encoders are not installed (npx emostream speech install)');
  it.skipIf(!isInstalled)('hears what the encoders hear, and ends while it is at work without harm', async () => {
    const { meter } = setUp({});
    const second = speech().slice(0, VOICE_SECOND);
    const encoder = (await VoiceEncoder.open())!;
    thread.warmUp();
    expect(await thread.encode(second.slice())).toEqual(await encoder.encode(second));
    await encoder.close();
    expect(meter.counted('emostream_voice_encoding_cpu_seconds_total')).toBeGreaterThan(0);
    const interrupted = thread.encode(second);
    const closed = thread.close();
    await expect(interrupted).rejects.toMatchObject({ code: 'CLOSED' });
    // Terminated inside of ONNX Runtime it would end this process.
    await closed;
  });
});
