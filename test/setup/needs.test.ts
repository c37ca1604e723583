import { expect, it } from 'vitest';
import { demandWritable } from '../../scripts/setup/plan.mjs';
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

it('a folder that cannot be written is no place for a set-up that has something to do, and it says what', () => {
  expect(() => demandWritable('/', 'page, bundled: not there yet', () => undefined)).not.toThrow();
  const refuse = () => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' });
  };
  expect(() => demandWritable('/opt/emostream', 'page, bundled: not there yet', refuse)).toThrow(
    /page, bundled: not there yet.*\/opt\/emostream cannot be written/,
  );
});
