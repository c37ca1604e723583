import { expect, test } from 'vitest';
import { WorkerProbe } from '../../src/sfu/worker-probe.js';

function probe(ask: () => Promise<unknown>, patienceMs = 60_000) {
  const sick: string[] = [];
  const made = new WorkerProbe<object>({ ask, onSick: (_worker, reason) => sick.push(reason), patienceMs });
  return { made, sick };
}

test('a worker that answers is well', async () => {
  const { made, sick } = probe(() => Promise.resolve());
  await made.check({});
  expect(sick).toEqual([]);
});

test('one that refuses to answer is sick', async () => {
  const { made, sick } = probe(() => Promise.reject(new Error('FlatBuffers: …')));
  await made.check({});
  expect(sick).toEqual(['FlatBuffers: …']);
});

test('one that never answers is sick', async () => {
  const { made, sick } = probe(() => new Promise(() => undefined), 10);
  await made.check({});
  expect(sick).toEqual(['no answer within 10 ms']);
});

test('a worker under suspicion a hundred times is asked once at a time', async () => {
  let asked = 0;
  const { made } = probe(() => Promise.resolve((asked += 1)));
  const worker = {};
  await Promise.all(Array.from({ length: 100 }, () => made.check(worker)));
  expect(asked).toBe(1);
  await made.check(worker);
  expect(asked).toBe(2);
});
