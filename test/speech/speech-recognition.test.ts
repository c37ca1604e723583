import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { comparedWords, errorRate, wordErrors } from '../../bench/words/word-errors.js';
import { projectFile } from '../../bench/support/project-file.js';
import { SpeechRecognition } from '../../src/speech/index.js';
import { heardNow, hearer } from '../features/support/hear.js';
import { createRecogniser } from '../../src/speech/recogniser.js';
import type { TranscriptSegment } from '../../src/media/types.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { frames } from './support/frames.js';
import { installedModel, NO_MODEL, noModel } from './support/model.js';

const model = installedModel();
if (!model) console.log(`skipped in part: ${NO_MODEL}`);

const entry = pathToFileURL(projectFile('test/fixtures/request-thread.mjs'));
const second = '#'.repeat(31);
const pause = '.'.repeat(30);

describe('speech recognition of a process', () => {
  let recognition: SpeechRecognition;
  afterEach(() => {
    recognition.close();
    vi.useRealTimers();
  });

  function setUp(options: Partial<ConstructorParameters<typeof SpeechRecognition>[0]> = {}) {
    const meter = new CountMeter();
    recognition = new SpeechRecognition({
      model: noModel,
      meter,
      clock: () => 0,
      affordsPartial: () => false,
      thread: { entry },
      ...options,
    });
    const dropped = (reason: string) => meter.counted('emostream_dropped_total', { stage: 'speech', reason });
    return { meter, dropped };
  }

  /** A person, and what is told of them. */
  function person() {
    const said: TranscriptSegment[] = [];
    const errors: Error[] = [];
    let wake: () => void = () => undefined;
    const transcriber = recognition.open({
      onWords: (segment) => {
        said.push(segment);
        wake();
      },
      onError: (error) => {
        errors.push(error);
        wake();
      },
    });
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
    };
    const hear = (drawing: string, first = 0) => {
      for (const frame of frames(drawing)) {
        frame.samples[0] = frame.speech ? first : 0;
        transcriber.push(frame);
      }
    };
    return { transcriber, said, errors, until, hear };
  }

  it('tells the words of several people, each their own', async () => {
    setUp();
    const [ann, ben] = [person(), person()];
    ann.hear(`${second}${pause}`);
    ben.hear(`${second}${pause}`);
    await ann.until(() => ann.said.some(({ final }) => final));
    await ben.until(() => ben.said.some(({ final }) => final));
    expect([ann.said.at(-1)!.text, ben.said.at(-1)!.text]).toEqual(['piece 1', 'piece 2']);
  });

  it('who is closed is not heard of again, nor recognised', async () => {
    const { dropped } = setUp();
    const [ann, ben] = [person(), person()];
    ann.hear(`${second}${pause}${second}${'.'.repeat(14)}`);
    ann.transcriber.close();
    ben.hear(`${second}${pause}`);
    await ben.until(() => ben.said.some(({ final }) => final));
    expect(ann.said).toEqual([]);
    // One was in the thread, one waited.
    expect(dropped('closed')).toBe(2);
    expect(recognition.waiting).toBe(0);
  });

  it('who is silenced in the middle of a sentence is told what they said until then', async () => {
    setUp();
    const ann = person();
    ann.hear(second);
    await ann.until(() => ann.said.some(({ final }) => final));
    expect(ann.said.at(-1)).toMatchObject({ text: 'piece 1', final: true });
  });

  it('partial words give way where the process has no time for them', async () => {
    const afforded = { partial: true };
    const { meter } = setUp({ affordsPartial: () => afforded.partial });
    const recognised = (words: string) => meter.counted('emostream_recognised_seconds_total', { words });
    const ann = person();
    ann.hear(second);
    await ann.until(() => ann.said.length > 0);
    expect(ann.said[0]!.final).toBe(false);
    afforded.partial = false;
    const before = recognised('partial');
    const ben = person();
    ben.hear(`${second.repeat(3)}${pause}`);
    await ben.until(() => ben.said.some(({ final }) => final));
    expect(recognised('partial')).toBe(before);
  });

  it('waits within bounds: the oldest is dropped, and counted', async () => {
    const { dropped } = setUp();
    const people = Array.from({ length: 80 }, () => person());
    for (const one of people) one.hear(`${second}${pause}`);
    expect(recognition.waiting).toBeLessThanOrEqual(64);
    const last = people.at(-1)!;
    await last.until(() => last.said.length > 0);
    expect(dropped('piece-overflow')).toBe(80 - 64 - 1);
  });

  it('of a thread that died too often the people are told, and newcomers as well', async () => {
    const { meter, dropped } = setUp();
    const ann = person();
    for (let death = 1; death <= 4; death++) {
      const [frame] = frames('+');
      // The thread does what the first sample says: 1 is its end.
      frame!.samples.fill(1);
      const before = dropped('failed');
      for (const [i, each] of frames(`${second}${pause}`).entries()) {
        if (i < 31) each.samples.fill(1);
        ann.transcriber.push({ ...each, mediaTime: each.mediaTime + death * 10_000 });
      }
      while (dropped('failed') === before) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await ann.until(() => ann.errors.length > 0);
    expect(ann.errors[0]).toMatchObject({ code: 'WORKER_DIED' });
    expect(() => person()).toThrow(/not started again/);
    expect(meter.counted('emostream_worker_restarts_total', { worker: 'speech' })).toBe(4);
  });

  it.skipIf(!model)(
    'hears a sentence: partial words while it is spoken, final ones after it, all at their times',
    async () => {
      // Nobody falls silent because this machine is slow.
      vi.useFakeTimers({ toFake: ['setInterval'] });
      let isLoaded = false;
      const { meter } = setUp({ model: model!, thread: {}, affordsPartial: () => isLoaded });
      // The model loads with the first piece of anybody: a partial one would set the pace of those after it by how long that took.
      const ben = person();
      ben.hear(`${second}${pause}`);
      while (meter.counted('emostream_recognised_seconds_total', { words: 'final' }) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      isLoaded = true;
      const ann = person();
      const listening = hearer();
      for (const { samples, mediaTime } of fixture('angry-16k.wav', 2)) {
        for (const frame of heardNow(listening, { mediaTime, samples, arrivalMs: mediaTime, decodedMs: mediaTime })) {
          ann.transcriber.push(frame);
        }
        // Half of the sentence; the rest is said when its words are known.
        if (mediaTime >= 2000) await ann.until(() => ann.said.length > 0);
      }
      // The microphone is switched off.
      vi.advanceTimersByTime(10_000);
      await ann.until(() => ann.said.some(({ final }) => final));
      const { text, words = [], segment } = ann.said.at(-1)!;
      const plain = (said: string) => said.toLowerCase().replaceAll(/[^a-z ]/g, '');
      // A small model mishears a word now and then.
      expect(
        errorRate([wordErrors(comparedWords('This makes me so angry, stop it now!'), comparedWords(text))]),
      ).toBeLessThan(0.2);
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      expect(ann.said[0]).toMatchObject({ final: false });
      expect(ann.said.every((said) => said.segment === segment)).toBe(true);
      // The sentence lasts from 0.5 to 3.5 s; "now" is its end, "angry" in its middle.
      const at = (word: string) => words.find((one) => plain(one.text) === word)!;
      expect(at('this').startMs).toBeGreaterThan(300);
      expect(at('angry').startMs).toBeGreaterThan(1000);
      expect(at('angry').endMs).toBeLessThan(2600);
      expect(at('now').endMs).toBeGreaterThan(2700);
      expect(at('now').endMs).toBeLessThan(4200);
      expect(meter.counted('emostream_recognised_seconds_total', { words: 'final' })).toBeGreaterThan(2);
    },
  );
});

describe('a piece that comes back empty', () => {
  it('although there is long speech in it is tried again in halves', () => {
    const calls: number[] = [];
    const library = {
      OfflineRecognizer: class {
        createStream() {
          const stream = {
            length: 0,
            acceptWaveform: ({ samples }: { samples: Float32Array }) => void (stream.length = samples.length),
          };
          return stream;
        }
        decode(stream: { length: number }) {
          calls.push(stream.length);
        }
        getResult(stream: { length: number }) {
          // A model that loses its way in what is longer than five seconds.
          return stream.length > 80_000
            ? { text: '', tokens: [], timestamps: [] }
            : { text: 'half', tokens: ['half'], timestamps: [0.5] };
        }
      },
    };
    const recogniser = createRecogniser(noModel, library as never);
    const sound = { id: 1, samples: new Float32Array(128_000), speechMs: 6000, final: true };
    const { text, timestamps } = recogniser.recognise(sound);
    expect(text).toBe('half half');
    // Half a second into what the model heard, which has 300 ms of silence before it.
    expect(timestamps).toEqual([0.5 - 0.3, 4 + 0.5 - 0.3]);
    expect(calls).toEqual([128_000 + 9600, 64_000 + 9600, 64_000 + 9600]);
    // Nothing was said in it: it is what it is.
    calls.length = 0;
    expect(recogniser.recognise({ ...sound, speechMs: 300 }).text).toBe('');
    expect(calls).toHaveLength(1);
  });
});

/** Chunks of 20 ms with media times from 0, and silence after them. */
function fixture(name: string, silenceSeconds: number): { samples: Float32Array; mediaTime: number }[] {
  const wav = readFileSync(projectFile(`test/fixtures/${name}`));
  const from = wav.indexOf('data', 12, 'latin1') + 8;
  const spoken = Math.floor((wav.length - from) / 2);
  const sound = Float32Array.from({ length: spoken + silenceSeconds * 16_000 }, (_, i) =>
    i < spoken ? wav.readInt16LE(from + 2 * i) / 32_768 : 0,
  );
  return Array.from({ length: Math.floor(sound.length / 320) }, (_, i) => ({
    samples: sound.slice(i * 320, (i + 1) * 320),
    mediaTime: i * 20,
  }));
}
