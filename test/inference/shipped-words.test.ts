import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS, type Emotion } from '../../src/common/emotions.js';
import { projectRoot } from '../../src/common/version.js';
import { wordFeatures } from '../../src/features/tokens.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import { createWasmEngine } from '../../src/inference/wasm-backend.js';
import type { EmotionScores, Engine } from '../../src/inference/types.js';
import { judgeSentences } from '../../src/training/evaluation/judge-sentences.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
  await engine.load(join(projectRoot(), 'models', 'fusion'));
});
afterAll(() => engine.dispose());

async function scoresFor(text: string): Promise<EmotionScores> {
  const words = { ...wordFeatures(text), quality: [0.3, 1] };
  return (await scoresOf(engine, [{ face: null, voice: null, words }]))[0]!;
}

const topOf = ({ probabilities }: EmotionScores): Emotion =>
  EMOTIONS[probabilities!.indexOf(Math.max(...probabilities!))]!;

const PLEASANT_DENIED: Emotion[] = ['neutral', 'sad', 'angry', 'disgusted'];
const UNPLEASANT_DENIED: Emotion[] = ['neutral', 'happy'];

describe('what is denied is neutral, the opposite, or uncertain', () => {
  it.each<[string, Emotion[]]>([
    ['I am not sad.', UNPLEASANT_DENIED],
    ["I wasn't scared.", UNPLEASANT_DENIED],
    ["It isn't disgusting.", UNPLEASANT_DENIED],
    ['I am not angry.', UNPLEASANT_DENIED],
    ["That's not sad.", UNPLEASANT_DENIED],
    ['He was never angry.', UNPLEASANT_DENIED],
    ["I can't say I enjoyed it.", PLEASANT_DENIED],
    ["I'm far from happy.", PLEASANT_DENIED],
    ['I am not happy', PLEASANT_DENIED],
    ['i dont love this', PLEASANT_DENIED],
  ])('%j', async (text, right) => {
    const scores = await scoresFor(text);
    expect(scores.uncertain || right.includes(topOf(scores)), JSON.stringify(scores.probabilities)).toBe(true);
  });

  it('and in sentences of our own it is seldom wrong and certain, while what is affirmed stays right', async () => {
    const groups = await judgeSentences(engine);
    const wrong = (name: string): number => {
      const { n, written, bare } = groups[name]!;
      return Math.max(written.wrong_and_certain, bare.wrong_and_certain) / n;
    };
    // Before negation was marked: 0.68, 0.56 and 0.44.
    expect(wrong('negated, plain')).toBeLessThan(0.15);
    expect(wrong('negated, tuned')).toBeLessThan(0.15);
    expect(wrong('negated, kept apart')).toBeLessThan(0.2);
    for (const name of ['affirmed, tuned', 'affirmed, kept apart']) {
      expect(wrong(name)).toBeLessThan(0.15);
      expect(groups[name]!.written.right / groups[name]!.n).toBeGreaterThan(0.75);
    }
  });
});

describe('characters that nobody sees change nothing', () => {
  it.each<[string, string, Emotion]>([
    ['Stop ye\u200blling at me, I ha\u200bte you!', 'Stop yelling at me, I hate you!', 'angry'],
    ['I am so hap\u00adpy to see you!', 'I am so happy to see you!', 'happy'],
    [
      'I am s\u2060o sa\ufeffd, I miss h\u200cer and I cr\u200dy every night',
      'I am so sad, I miss her and I cry every night',
      'sad',
    ],
    ['\u202aI am ter\u061crified\u202c, that was so sc\u034fary', 'I am terrified, that was so scary', 'fearful'],
  ])('%j', async (hidden, plain, emotion) => {
    const scores = await scoresFor(hidden);
    expect(scores).toEqual(await scoresFor(plain));
    expect(topOf(scores)).toBe(emotion);
  });
});

describe('emoji alone are what they show, or uncertain', () => {
  it.each<[string, Emotion]>([
    ['\u{1f621}', 'angry'],
    ['\u{1f620}', 'angry'],
    ['\u{1f610}', 'neutral'],
    ['\u{1f600}', 'happy'],
    ['\u{1f602}', 'happy'],
    ['\u{1f622}', 'sad'],
    ['\u2764\ufe0f', 'happy'],
    ['\u{1f44d}\u{1f3ff}', 'happy'],
    ['\u{1f631}', 'fearful'],
    ['\u{1f922}', 'disgusted'],
    ['\u{1f632}', 'surprised'],
  ])('%s is %s', async (emoji, emotion) => {
    const scores = await scoresFor(emoji);
    expect(scores.uncertain ? emotion : topOf(scores), JSON.stringify(scores.probabilities)).toBe(emotion);
  });

  it.each(['\u{1f355}', '\u{1f697}', '\u{1f3e2}', '\u{1f9ee}'])(
    '%s, a thing, is neutral or uncertain',
    async (emoji) => {
      const scores = await scoresFor(emoji);
      expect(scores.uncertain || topOf(scores) === 'neutral', JSON.stringify(scores.probabilities)).toBe(true);
    },
  );
});
