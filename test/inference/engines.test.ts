import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { INSTALLABLE } from '../../src/inference/engine-install/paths.js';
import { listEngines } from '../../src/inference/available-engines.js';
import { createEngine, DEFAULT_ENGINE } from '../../src/inference/engines.js';
import { ENGINE_NAMES } from '../../src/inference/types.js';
import { windowFeatures } from './support/windows.js';

describe('listEngines', () => {
  it('names every engine, and says of each that cannot run why and what to do', () => {
    const engines = listEngines();
    expect(engines.map((e) => e.name)).toEqual([...ENGINE_NAMES]);
    for (const e of engines) {
      expect(e.description).not.toBe('');
      expect(e.reason === '').toBe(e.available);
      expect(e.advice === '').toBe(e.available);
    }
    expect(engines.find((e) => e.name === DEFAULT_ENGINE)?.available).toBe(true);
  });
});

describe('an optional engine that is not installed', () => {
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'emostream-no-engines-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  it.each(INSTALLABLE)('%s is listed with the command that installs it, and refused with that', async (name) => {
    const status = listEngines().find((e) => e.name === name)!;
    expect(status.available).toBe(false);
    expect(status.advice).toContain(`npx emostream engine install ${name}`);
    await expect(createEngine(name)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining(status.advice) as string,
    });
  });
});

describe('createEngine', () => {
  it('runs the embedded engine in a thread, which refuses a folder without a model', async () => {
    const engine = await createEngine(DEFAULT_ENGINE);
    const empty = await mkdtemp(join(tmpdir(), 'emostream-no-model-'));
    try {
      expect(engine.name).toBe('wasm');
      await expect(engine.run([windowFeatures(0.5, 0)])).rejects.toMatchObject({ code: 'WRONG_STATE' });
      await expect(engine.load(empty)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
      expect((await engine.memory()).tensors).toBe(0);
    } finally {
      await engine.dispose();
      await rm(empty, { recursive: true });
    }
  });
});
