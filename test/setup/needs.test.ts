import { expect, it } from 'vitest';
import { NEEDS, includes } from '../../scripts/setup/step.mjs';

it('each need includes what it needs, and no more: the worker nothing compiled, the build no worker', () => {
  const steps = Object.fromEntries(NEEDS.map((need) => [need, NEEDS.filter((step) => includes(need, step))]));
  expect(steps).toEqual({
    packages: ['packages'],
    worker: ['packages', 'worker'],
    build: ['packages', 'build'],
    serve: ['packages', 'worker', 'build', 'serve'],
    test: ['packages', 'worker', 'build', 'serve', 'test'],
  });
});
