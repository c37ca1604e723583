import { expect, it } from 'vitest';
import { endTrace, TraceSampler } from '../../src/analysis/window-trace.js';
import type { WindowFeatures } from '../../src/features/types.js';
import { windowFeatures } from '../inference/support/windows.js';

const CLOSED = 10_150;
const features = (timing: Partial<WindowFeatures['timing']> = {}): WindowFeatures => {
  const window = windowFeatures(0, CLOSED);
  const known = { lastMediaMs: 9980, lastArrivalMs: 9995, lastDecodedMs: 10_001, closedMs: CLOSED, featuresMs: 10_190 };
  return { ...window, timing: { ...window.timing, ...known, ...timing } };
};
const begin = (window: WindowFeatures, heardMs: number | null = 10_185) => new TraceSampler(1).begin(window, heardMs)!;
const rest = { room: 'room', participant: 'ann', submittedMs: 10_192, scoredMs: 10_220, publishMs: 10_221 };
const scored = { outcome: { queueMs: 8, inferenceMs: 19 } };
const intervals = (spans: { name: string; startMs: number; endMs: number }[]) =>
  Object.fromEntries(spans.map(({ name, startMs, endMs }) => [name, [startMs, endMs]]));

it('a window’s way is one trace, its steps parts of the whole, one after the other', () => {
  const window = features();
  const trace = begin(window);
  const spans = endTrace(trace, { ...rest, ...scored, features: window });
  expect(intervals(spans)).toEqual({
    window: [window.startMs, 10_221],
    receive: [9980, 9995],
    decode: [9995, 10_001],
    close: [window.endMs, CLOSED],
    'encode voice': [CLOSED, 10_185],
    features: [10_185, 10_190],
    'hand over': [10_190, 10_192],
    queue: [10_192, 10_200],
    inference: [10_200, 10_219],
    publish: [10_220, 10_221],
  });
  const [whole, ...steps] = spans;
  expect(whole).toMatchObject({ ...trace.root, parentId: null });
  expect(whole?.failed).toBeUndefined();
  for (const { traceId, parentId } of steps) expect({ traceId, parentId }).toEqual(parentOf(trace.root));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(trace.root.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(trace.root.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(begin(window).root.traceId).not.toBe(trace.root.traceId);
});

const parentOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => ({ traceId, parentId: spanId });

it('what is not known is left out, and a clock that errs makes no step run backwards', () => {
  const window = features({ lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null });
  const spans = endTrace(begin(window, null), { ...rest, ...scored, features: window });
  expect(spans.map(({ name }) => name)).toEqual([
    'window',
    'close',
    'features',
    'hand over',
    'queue',
    'inference',
    'publish',
  ]);
  const ahead = begin(features({ lastMediaMs: 10_100 }));
  expect(intervals(ahead.spans).receive).toEqual([10_100, 10_100]);
});

it('a window that is not judged is a trace that failed, with the reason', () => {
  const window = features();
  const spans = endTrace(begin(window), { ...rest, features: window, outcome: { dropped: 'overloaded' } });
  expect(spans[0]).toMatchObject({ name: 'window', failed: 'overloaded' });
  expect(intervals(spans)['not judged']).toEqual([10_192, 10_220]);
  expect(spans.map(({ name }) => name)).not.toContain('inference');
});

it('only ids and what closed the window are told: nothing that was seen, heard, said or found', () => {
  const window = features();
  const text = JSON.stringify(endTrace(begin(window), { ...rest, ...scored, features: window }));
  const attributes = [...text.matchAll(/"emostream\.([a-z_.]+)"/g)].map(([, name]) => name);
  expect(attributes).toEqual(['room', 'participant', 'window.start', 'window.revision', 'window.closed_by']);
});

it('as many are traced as is asked for, by chance', () => {
  const of = (share: number, random: number) => new TraceSampler(share, () => random).begin(features(), null);
  expect(of(0, 0)).toBeUndefined();
  expect(of(0.1, 0.1)).toBeUndefined();
  expect(of(0.1, 0.099)).toBeDefined();
  expect(of(1, 0.999999)).toBeDefined();
});
