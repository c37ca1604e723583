import { expect, it } from 'vitest';
import { FaceResults, loneFaces } from '../../src/analysis/face-results.js';
import { FACE_SIZE, type OtherFace, type WindowFeatures } from '../../src/features/types.js';
import { mainFrames, otherFrames } from '../../src/features/window-faces.js';
import { BATCH, FixedBatches } from '../../src/files/fixed-batches.js';
import { fullWindow } from '../../src/inference/full-window.js';
import type { EmotionScores, EngineInput } from '../../src/inference/types.js';

const face = (id: string, x = 0): OtherFace => ({
  ...{ id, count: 1, crops: new Uint8Array(FACE_SIZE * FACE_SIZE), quality: [0.5, 0.5, 0.5, 0.5] },
  box: { x, y: 0, width: 0.1, height: 0.1 },
});
const windowOf = (change: Partial<WindowFeatures> = {}): WindowFeatures => ({
  ...{ startMs: 1000, endMs: 2000, revision: 0, closedBy: 'watermark', face: face('a'), voice: null, words: null },
  ...{ others: [face('b', 0.5)], state: { face: 'live', voice: 'off', words: 'off' } },
  timing: {
    ...{ lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, saidMs: [], closedMs: 0, featuresMs: 0 },
  },
  ...change,
});
/** Happy, so much. */
const scores = (happy: number): EmotionScores => ({
  probabilities: [1 - happy, happy, 0, 0, 0, 0, 0],
  ...{ valence: happy, arousal: 0, confidence: Math.max(happy, 1 - happy), uncertain: false },
  weights: { face: 1, voice: 0, words: 0 },
  modalities: { face: null, voice: null, words: null },
});

it('the main face is judged by itself only where more than it is in the window', () => {
  const { voice } = fullWindow(1);
  expect(loneFaces(windowOf()).map(({ id }) => id)).toEqual(['b']);
  expect(loneFaces(windowOf({ voice })).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(loneFaces(windowOf({ face: { ...face('a'), id: undefined } as never, others: undefined as never }))).toEqual(
    [],
  );
});

it('each face has its own result and is smoothed by itself; one without an answer says so, and late words change none', () => {
  const results = new FaceResults(2000);
  const first = results.of(windowOf(), scores(0.9), new Map([['b', scores(0.2)]]))!;
  expect(first.map(({ id, judged, label, scores: own }) => [id, judged, label, own!.happy])).toEqual([
    ['a', true, 'happy', 0.9],
    ['b', false, 'neutral', 0.2],
  ]);
  const next = { startMs: 2000, endMs: 3000 };
  const second = results.of(windowOf(next), scores(0.1), new Map([['b', null]]))!;
  expect(second[1]).toMatchObject({ id: 'b', label: null, scores: null, confidence: 0, uncertain: true });
  // One second later the new value weighs 1 − exp(−1 / 2).
  expect(second[0]!.smoothed!.happy).toBeCloseTo(0.9 + (1 - Math.exp(-0.5)) * (0.1 - 0.9), 3);
  expect(second[1]!.smoothed!.happy).toBeCloseTo(0.2, 3);
  const revised = windowOf({ revision: 1, others: undefined as never });
  expect(results.of(revised, scores(0.5), new Map())).toEqual(first);
  expect(new FaceResults(2000).of(revised, scores(0.5), new Map())).toBeUndefined();
  expect(results.of(windowOf({ others: undefined as never }), scores(0.5), new Map())).toBeUndefined();
});

it('the main face of a window is the one that came first in most of its pictures', () => {
  const crop = new Uint8Array(1);
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const seen = (id: string) => ({ id, crop, box, score: 1, quality: [] });
  const frame = (mediaTime: number, id: string, ...others: string[]) => ({
    ...{ mediaTime, durationMs: 0, arrivalMs: 0, decodedMs: 0 },
    value: { ...seen(id), faces: 1, others: others.map(seen) },
  });
  const frames = [frame(0, 'a', 'b'), frame(1, 'b', 'a', 'c'), frame(2, 'b')];
  const times = (of: readonly { mediaTime: number }[]) => of.map(({ mediaTime }) => mediaTime);
  expect(mainFrames(frames).map(({ value }) => value.id)).toEqual(['b', 'b', 'b']);
  expect(times(mainFrames(frames))).toEqual([0, 1, 2]);
  expect([...otherFrames(frames)].map(([id, own]) => [id, times(own)])).toEqual([
    ['a', [0, 1]],
    ['c', [1]],
  ]);
  expect(mainFrames(frames.slice(0, 2))[0]!.value.id).toBe('b');
});

it('faces of a recording are in batches of their own, which depend on nothing but the windows of one batch', async () => {
  const batches: number[][] = [];
  const run = (inputs: readonly EngineInput[]) => {
    batches.push(inputs.map((input) => input.face?.quality[0] ?? -1));
    return Promise.resolve(
      inputs.map(() => ({ scores: scores(1), encoded: { face: null, voice: null, words: null } })),
    );
  };
  const runner = new FixedBatches({ run });
  const marked = (mark: number) => windowOf({ face: { ...face('a'), quality: [mark, 0, 0, 0] } });
  const outcomes = Array.from({ length: BATCH + 1 }, (_, i) => {
    const lone = runner.submit({ features: marked(i / 100 + 0.5), passing: true });
    return Promise.all([lone, runner.submit({ features: marked(i / 100) })]);
  });
  await runner.settle(true);
  await Promise.all(outcomes);
  const marks = (from: number, count: number) =>
    Array.from({ length: BATCH }, (_, i) => (i < count ? from + i / 100 : -1));
  expect(batches).toEqual([marks(0.5, 8), marks(0, 8), marks(0.58, 1), marks(0.08, 1)]);
});
