import { describe, expect, it } from 'vitest';
import type { Sherpa } from '../../src/speech/library.js';
import { createRecogniser } from '../../src/speech/recogniser.js';
import { noModel } from './support/model.js';

/** A library that hears a word in whatever it is given, and keeps how long that was. */
function library(): { sherpa: Sherpa; heard: number[] } {
  const heard: number[] = [];
  class OfflineRecognizer {
    createStream = () => ({ acceptWaveform: ({ samples }: { samples: Float32Array }) => heard.push(samples.length) });
    decode = () => undefined;
    getResult = () => ({ text: 'word', tokens: ['word'], timestamps: [0] });
  }
  return { sherpa: { OfflineRecognizer } as unknown as Sherpa, heard };
}

describe('a recogniser of whole pieces', () => {
  it.each([
    [0, ''],
    [256, ''],
    [1599, ''],
    [1600, 'word'],
    [16_000, 'word'],
  ])('of %i samples: "%s"; what is shorter than any word does not get to the model', (length, text) => {
    const { sherpa, heard } = library();
    const recogniser = createRecogniser({ ...noModel, recogniser: 'offline' }, sherpa);
    const piece = { id: 1, samples: new Float32Array(length), speechMs: length / 16, final: true };
    expect(recogniser.recognise(piece).text).toBe(text);
    // With silence before and after it.
    expect(heard).toEqual(text ? [length + 2 * 4800] : []);
  });
});

describe('a recogniser of sound as it comes', () => {
  /** A library that counts the samples that each stream was given, and says so. */
  function streaming() {
    const log: string[] = [];
    class OnlineRecognizer {
      streams = 0;
      createStream() {
        const name = `s${String(++this.streams)}`;
        const stream = {
          name,
          taken: 0,
          waiting: 0,
          acceptWaveform: ({ samples }: { samples: Float32Array }) => void (stream.waiting += samples.length),
          inputFinished: () => void log.push(`${name} ends`),
        };
        return stream;
      }
      isReady = ({ waiting }: { waiting: number }) => waiting > 0;
      decode = (stream: { taken: number; waiting: number }) => {
        stream.taken += stream.waiting;
        stream.waiting = 0;
      };
      getResult = ({ name, taken }: { name: string; taken: number }) => ({
        text: ` ${name} ${String(taken)}`,
        tokens: [],
        timestamps: [],
      });
    }
    const recogniser = createRecogniser({ ...noModel, recogniser: 'online' }, {
      OnlineRecognizer,
    } as unknown as Sherpa);
    const hear = (id: number, length: number, final = false) =>
      recogniser.recognise({ id, samples: new Float32Array(length), speechMs: 0, final }).text;
    return { hear, log };
  }

  it('takes of each piece what it has not taken yet, and the end of it with silence after', () => {
    const { hear, log } = streaming();
    expect([hear(1, 1000), hear(2, 500), hear(1, 3000), hear(1, 3000)]).toEqual([
      's1 1000',
      's2 500',
      's1 3000',
      's1 3000',
    ]);
    expect(hear(1, 4000, true)).toBe('s1 12000');
    expect(log).toEqual(['s1 ends']);
    // What was over is forgotten.
    expect(hear(1, 700)).toBe('s3 700');
  });

  it('begins anew with a piece that was cut shorter than what it has taken, or was left for too many others', () => {
    const { hear } = streaming();
    hear(1, 4000);
    expect(hear(1, 2000, true)).toBe('s2 10000');
    for (let id = 10; id < 80; id++) hear(id, 100);
    expect(hear(79, 300)).toBe('s72 300');
    expect(hear(10, 300)).toBe('s73 300');
  });
});
