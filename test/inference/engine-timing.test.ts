import { describe, expect, it } from 'vitest';
import { timeEngine } from '../../src/inference/engine-timing.js';
import { validateInput } from '../../src/inference/network/validate-input.js';
import type { ModelInput } from '../../src/inference/types.js';
import { FakeEngine } from './support/fake-engine.js';

describe('timeEngine', () => {
  it('warms up, then times each batch size on valid windows with everything present', async () => {
    const engine = new FakeEngine();
    const run = engine.run.bind(engine);
    engine.run = (batch) => {
      for (const input of batch) {
        validateInput(input as ModelInput);
        expect(Object.values(input)).not.toContain(null);
      }
      return run(batch);
    };
    const timings = await timeEngine(engine, [1, 3]);
    expect(timings.map((t) => t.size)).toEqual([1, 3]);
    for (const { medianMs } of timings) expect(medianMs).toBeGreaterThan(0);
    const sizes = engine.batches.map((batch) => batch.length);
    // Each size once to warm up, then its rounds.
    expect(sizes).toEqual([...Array<number>(10).fill(1), ...Array<number>(10).fill(3)]);
  });

  it('leaves out the sizes of which a batch would take very long', async () => {
    const engine = new FakeEngine();
    engine.gate = () => new Promise((resolve) => setTimeout(resolve, 20));
    expect((await timeEngine(engine, [1, 1000])).map((t) => t.size)).toEqual([1]);
  });
});
