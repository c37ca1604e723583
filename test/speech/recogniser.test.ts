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
