import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { listEngines } from '../../src/inference/available-engines.js';
import { createEngine, DEFAULT_ENGINE } from '../../src/inference/engines.js';
import { ENGINE_NAMES, type Engine, type EngineName } from '../../src/inference/types.js';
import { modelDigest, readInputs, readOutputs, SHIPPED_MODEL } from './golden/golden-vectors.js';
import { expectGolden } from './support/expect-golden.js';

/** A software GPU takes seconds for a window. */
const SLOW = 600_000;
/** A GPU in software, which Chromium brings: where there is no real one. */
const SOFTWARE_GPU = '/usr/lib/chromium/vk_swiftshader_icd.json';

const icd = process.env['VK_ICD_FILENAMES'];
beforeAll(() => {
  if (icd === undefined && existsSync(SOFTWARE_GPU) && !existsSync('/dev/dri') && !existsSync('/dev/nvidiactl')) {
    process.env['VK_ICD_FILENAMES'] = SOFTWARE_GPU;
  }
});
afterAll(() => {
  if (icd === undefined) delete process.env['VK_ICD_FILENAMES'];
});

/** The engine, or why it is not here. Only one that the product always has must start. */
async function engineOr(name: EngineName): Promise<Engine | string> {
  const status = listEngines().find((engine) => engine.name === name)!;
  if (!status.available && name !== DEFAULT_ENGINE) return `${status.reason} ${status.advice}`;
  try {
    return await createEngine(name, { callTimeout: SLOW });
  } catch (error) {
    const noGpu =
      error instanceof EmostreamError && error.code === 'ENGINE_UNAVAILABLE' && /finds no GPU/.test(error.message);
    if (noGpu) return error.message;
    throw error;
  }
}

describe('the golden vectors', () => {
  it('were made with the shipped model: after a change run `node scripts/golden-vectors.mjs`', async () => {
    expect((await readOutputs()).model).toBe(await modelDigest(SHIPPED_MODEL));
  });

  it('cover every modality, alone and together, and none', async () => {
    const { inputs } = await readInputs();
    const present = new Set(inputs.map(({ face, voice, words }) => [face, voice, words].map((m) => m !== null).join()));
    for (const one of [
      'true,true,true',
      'true,false,false',
      'false,true,false',
      'false,false,true',
      'false,false,false',
    ]) {
      expect(present).toContain(one);
    }
  });
});

describe('every engine says what the golden vectors say', () => {
  it.for(ENGINE_NAMES)('%s', { timeout: SLOW }, async (name, { skip }) => {
    const engine = await engineOr(name);
    if (typeof engine === 'string') {
      console.log(`conformance of ${name}: skipped. ${engine}`);
      return skip(engine);
    }
    try {
      await engine.load(SHIPPED_MODEL);
      await expectGolden(engine, name);
    } finally {
      await engine.dispose();
    }
  });
});
