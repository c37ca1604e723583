import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkingLibrary } from './checked.js';
import type { FuzzInputFile } from './messages.js';
import { TARGETS } from './registry.js';
import { fuzz } from './run-child.js';

/** Always the same inputs here: what is new is looked for by `npm run fuzz`. */
const SEED = 20_260_101;
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const found = readdirSync(FIXTURES).filter((name) => name.endsWith('.json'));

describe.each(TARGETS.map(({ name, playsInCi }) => ({ name, playsInCi })))('$name', ({ name, playsInCi }) => {
  it('takes whatever comes', { timeout: 300_000 }, async () => {
    const outcome = await fuzz(name, { seed: SEED, plays: playsInCi });
    expect(outcome).toMatchObject({ failure: null, plays: playsInCi });
    // Inputs that are all refused at the door would prove nothing.
    expect(Object.entries(outcome.reached).filter(([, count]) => count === 0)).toEqual([]);
  });

  const own = found.filter((file) => file.startsWith(`${name}.`));
  it.runIf(own.length > 0)('takes what once did harm', { timeout: 300_000 }, async () => {
    const outcome = await fuzz(name, { seed: 0, replay: own.map((file) => FIXTURES + file) });
    expect(outcome).toMatchObject({ failure: null, plays: own.length });
  });
});

describe.runIf(checkingLibrary())('under an allocator that checks', { timeout: 300_000 }, () => {
  it('pictures are decoded and converted within their memory', async () => {
    expect(await fuzz('pictures', { seed: SEED + 1, plays: 100, checked: true })).toMatchObject({
      failure: null,
      plays: 100,
    });
  });

  it('a planted overrun is found, and the input that was played is kept', async () => {
    const planted = { seed: SEED, plays: 20, plant: true };
    // So short that nobody else sees it.
    expect((await fuzz('pictures', planted)).failure).toBeNull();
    const outcome = await fuzz('pictures', { ...planted, checked: true });
    expect(outcome.failure).toContain('SIGABRT');
    const { target, seed, play } = JSON.parse(readFileSync(outcome.inputFile ?? '', 'utf8')) as FuzzInputFile;
    expect({ target, seed }).toEqual({ target: 'pictures', seed: SEED });
    // It is found when the block is freed, some plays later.
    expect(play).toBeLessThan(20);
    rmSync(outcome.inputFile ?? '');
  });
});

it('every fixture belongs to a target', () => {
  expect(found.filter((file) => !TARGETS.some(({ name }) => file.startsWith(`${name}.`)))).toEqual([]);
});
