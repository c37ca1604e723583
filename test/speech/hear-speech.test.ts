import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/random.js';
import { silentMeter } from '../../src/common/metrics.js';
import type { AudioChunk } from '../../src/media/types.js';
import {
  FRAME_SAMPLES,
  type HeardSound,
  hearSpeech,
  sherpa,
  sileroFile,
  SileroNetwork,
  type VoiceActivity,
} from '../../src/speech/index.js';
import { hear, heardNow, hearer, voices } from '../features/support/hear.js';
import { chunks, RATE, sound, speech, whiteNoise } from '../features/support/sounds.js';
import { marbles } from '../support/marbles.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FRAME_MS = FRAME_SAMPLES / 16;
const words = speech();
/** In the fixture somebody speaks from 0.5 s until 0.5 s before its end. */
const spokenMs = (words.length / RATE) * 1000 - 1000;
const speechMs = (heard: readonly HeardSound[]) => FRAME_MS * heard.filter(({ speech }) => speech).length;
const noisy = (deviation: number) => {
  const noise = whiteNoise(deviation, 5);
  return words.map((v) => v + noise());
};

describe('sound that is heard', () => {
  it.each([[[320]], [[512]], [[5000]], [[1, 500, 37, 320]]])(
    'is all there, in frames at their media time, cut %j',
    (sizes) => {
      const heard = hear(chunks(words, 70_000, sizes));
      heard.forEach(({ mediaTime, samples }, i) => {
        expect(mediaTime).toBeCloseTo(70_000 + FRAME_MS * i, 6);
        expect(samples).toEqual(words.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES));
      });
      expect(heard).toHaveLength(Math.floor(words.length / FRAME_SAMPLES));
      // However it was cut, the same is heard in it.
      expect(heard.map(({ speech }) => speech)).toEqual(
        hear(chunks(words, 0, [FRAME_SAMPLES])).map(({ speech }) => speech),
      );
    },
  );

  it('comes with the arrival and decoding times of the chunk that completed a frame', () => {
    const listening = hearer();
    for (const chunk of chunks(words, 0)) {
      for (const heard of heardNow(listening, chunk)) {
        expect([heard.arrivalMs, heard.decodedMs]).toEqual([chunk.arrivalMs, chunk.decodedMs]);
      }
    }
  });

  it('loses nothing at a gap, spans none, and is judged afresh behind it', () => {
    const piece = words.subarray(RATE, RATE + 800);
    const heard = hear([...chunks(piece, 1000), ...chunks(piece, 3000)]);
    expect(heard.map(({ mediaTime, samples }) => [mediaTime, samples.length])).toEqual([
      [1000, 512],
      [1032, 288],
      [3000, 512],
    ]);
    expect(heard[1]!.samples).toEqual(piece.subarray(512));
    // As if nothing had been before.
    expect(heard[2]!.speech).toBe(hear(chunks(piece, 0))[0]!.speech);
    const slewed = chunks(piece, 1000).map((chunk, i) => ({ ...chunk, mediaTime: chunk.mediaTime + 5 * i }));
    expect(hear(slewed)).toHaveLength(1);
  });

  it('is a stream: it is judged as time passes, and at its end; each start is afresh', () => {
    const everybody = voices();
    const [a, b, c] = chunks(words.subarray(RATE, RATE + 3 * FRAME_SAMPLES), 1000, [FRAME_SAMPLES]);
    const heard = (at: number) => expect.objectContaining({ mediaTime: at }) as HeardSound;
    const told = { a: heard(1000), b: heard(1032), c: heard(1064) };
    marbles(({ cold, hot, expectObservable, flush }) => {
      const sound$ = cold<AudioChunk>('ab-----c|', { a: a!, b: b!, c: c! });
      const tick$ = hot('--t-----------', { t: 0 });
      const heard$ = sound$.pipe(hearSpeech(() => everybody.open(), silentMeter, tick$));
      // Two came before the first tick; the third, with the end.
      expectObservable(heard$).toBe('--(ab)--(c|)', told);
      flush();
    });
    expect(everybody.size).toBe(0);
  });
});

describe('voice activity', () => {
  it('is of a sentence from its first syllable to its last', () => {
    const heard = hear(chunks(words, 0));
    const first = heard.find(({ speech }) => speech)!.mediaTime;
    const last = heard.findLast(({ speech }) => speech)!.mediaTime + FRAME_MS;
    expect(Math.abs(first - 500)).toBeLessThan(5 * FRAME_MS);
    expect(Math.abs(last - 500 - spokenMs)).toBeLessThan(5 * FRAME_MS);
    expect(speechMs(heard) / spokenMs).toBeGreaterThan(0.85);
  });

  it.each([
    ['quiet (40 dB down)', words.map((v) => v * 0.01)],
    ['with noise 30 dB under it', noisy(0.001)],
    ['with noise 10 dB under it', noisy(0.01)],
  ])('is heard when speech is %s', (_, samples) => {
    const share = speechMs(hear(chunks(samples, 0))) / spokenMs;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(1.1);
  });

  it.each([40, 100, 200])('goes on behind a hole of %d ms that lost packets left', (holeMs) => {
    const all = chunks(words, 0, [320]);
    const middleMs = 500 + spokenMs / 2;
    const isHole = ({ mediaTime }: AudioChunk) => mediaTime >= middleMs && mediaTime < middleMs + holeMs;
    const after = hear(all.filter((chunk) => !isHole(chunk))).filter(({ mediaTime }) => mediaTime >= middleMs + holeMs);
    // Whoever begins to listen there hears speech in the third frame at the earliest.
    expect(after.slice(0, 2).map(({ speech }) => speech)).toEqual([true, true]);
  });

  it('loses little more of a sentence than the packets that are lost, one in five', () => {
    const random = seeded(3);
    const heard = Array.from({ length: 20 }, () =>
      hear(chunks(words, 0, [320]).filter(() => random() >= 0.2)).filter(({ speech }) => speech),
    );
    const samples = heard.flat().reduce((sum, { samples }) => sum + samples.length, 0) / heard.length;
    const whole = speechMs(hear(chunks(words, 0))) * 16;
    // Four fifths arrive; where each hole was another beginning, 0.7 were heard.
    expect(samples / whole).toBeGreaterThan(0.76);
  });

  it('survives samples that are no numbers', () => {
    const broken = Float32Array.from([...sound(0.5, () => NaN), ...words]);
    expect(speechMs(hear(chunks(broken, 0))) / spokenMs).toBeGreaterThan(0.85);
  });

  it.each([
    ['a voice', words, 1],
    ['a quiet voice', words.map((v) => v * 0.01), 1],
    ['a voice in noise', noisy(0.02), 0],
    ['noise', sound(4, whiteNoise(0.1, 9)), 0],
    ['two voices that stop and go on', Float32Array.from([...words, ...new Float32Array(RATE / 4), ...words]), 2],
  ])('is what sherpa-onnx, an implementation of its own, says of the same model: %s', (_, samples, beginnings) => {
    const theirs = reference();
    const ours = voices().open();
    const expected: boolean[] = [];
    for (const { samples: frame } of frames(samples)) {
      ours.push(frame);
      expected.push(theirs(frame));
    }
    const judged = ours.judged();
    expect(judged).toHaveLength(expected.length);
    const different = judged.filter((speaks, i) => speaks !== expected[i]).length;
    // What begins after silence, which is not looked at here, may begin a frame later.
    expect(different).toBeLessThanOrEqual(beginnings);
  });

  it('says what to do where its model is missing or is another, and does not end the process', async () => {
    await expect(SileroNetwork.load('/nowhere.onnx')).rejects.toThrow(/\/nowhere\.onnx.*npx emostream speech install/);
    const other = join(temporaryFolder(), 'other.onnx');
    const whole = readFileSync(sileroFile());
    // Loads, and would hear something else.
    const oneByte = Buffer.from(whole.map((byte, i) => (i === 1_000_000 ? byte ^ 1 : byte)));
    for (const bytes of [Buffer.from('not a model at all'), whole.subarray(0, 100_000), oneByte]) {
      writeFileSync(other, bytes);
      await expect(SileroNetwork.load(other)).rejects.toMatchObject({ code: 'SPEECH_UNAVAILABLE' });
    }
  });

  it('is of each voice its own, however many are judged together and how often', () => {
    const alone = judgedAtOnce(voices().open(), frames(words));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 400 }), (turns) => {
        const everybody = voices();
        const people = [0, 1, 2].map(() => ({ activity: everybody.open(), at: 0, judged: [] as boolean[] }));
        for (const turn of turns) {
          const person = people[turn];
          if (person) for (const end = person.at + 3; person.at < end; person.at++) push(person);
          else for (const each of people) each.judged.push(...each.activity.judged());
        }
        for (const { activity, judged, at } of people) {
          judged.push(...activity.judged());
          expect(judged).toEqual(alone.slice(0, Math.min(at, alone.length)));
          activity.close();
        }
        expect(everybody.size).toBe(0);
      }),
      { numRuns: 20 },
    );

    function push({ activity, at }: { activity: VoiceActivity; at: number }): void {
      const frame = frames(words)[at];
      if (frame) activity.push(frame.samples);
    }
  });

  it('costs nothing in silence, and begins afresh after a second of it, and after a reset', () => {
    const activity = voices().open();
    const said = frames(words.subarray(RATE, 2 * RATE));
    const first = judgedAtOnce(activity, said);
    expect(first.filter(Boolean).length).toBeGreaterThan(20);
    const before = tf.memory().numBytes;
    const silence = frames(sound(1.5, whiteNoise(1e-4, 3)));
    expect(judgedAtOnce(activity, silence).slice(-10)).toEqual(Array(10).fill(false));
    expect(judgedAtOnce(activity, said)).toEqual(first);
    activity.reset();
    expect(judgedAtOnce(activity, said)).toEqual(first);
    expect(tf.memory().numBytes).toBe(before);
  });
});

const frames = (samples: Float32Array) =>
  chunks(samples, 0, [FRAME_SAMPLES]).filter(({ samples: { length } }) => length === FRAME_SAMPLES);

function judgedAtOnce(activity: VoiceActivity, of: readonly AudioChunk[]): boolean[] {
  for (const { samples } of of) activity.push(samples);
  return activity.judged();
}

/** The detector of sherpa-onnx with the shortest durations, fed so that each frame of ours is one of its own. */
function reference(): (frame: Float32Array) => boolean {
  const { Vad } = sherpa();
  const shortest = { minSilenceDuration: 0.001, minSpeechDuration: 0.001, maxSpeechDuration: 10_000 };
  const sileroVad = { model: sileroFile(), threshold: 0.4, windowSize: FRAME_SAMPLES, ...shortest };
  const vad = new Vad({ sileroVad, sampleRate: RATE, numThreads: 1, provider: 'cpu', debug: false }, 1);
  vad.acceptWaveform(new Float32Array(64));
  return (frame) => {
    vad.acceptWaveform(frame);
    const speaks = vad.isDetected();
    if (speaks) vad.flush();
    if (!vad.isEmpty()) vad.clear();
    return speaks;
  };
}
