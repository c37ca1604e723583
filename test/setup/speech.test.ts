import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Progress } from '../../scripts/setup/progress.mjs';
import { projectPaths } from '../../scripts/setup/locations.mjs';
import { speechFiles, speechStep } from '../../scripts/setup/speech.mjs';
import { writeState } from '../../scripts/setup/state.mjs';
import { defaultModelFolder, sileroFile } from '../../src/speech/index.js';
import { userCache } from '../../src/common/install/user-cache.js';
import { hasOnnxRuntime, onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { ENCODERS_FILE, MODEL_FILE, speechFolder, voiceEncodersFolder } from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('the set-up looks for the models where the program keeps them', () => {
  const env = { XDG_CACHE_HOME: '/elsewhere' };
  const folder = speechFolder(env);
  const model = join(defaultModelFolder(folder), MODEL_FILE);
  const encoders = join(voiceEncodersFolder(folder), ENCODERS_FILE);
  const { runtime, ...others } = speechFiles(env);
  expect(others).toEqual({ voiceActivity: sileroFile(folder), model, encoders });
  const files = temporaryFolder({ [relative('/elsewhere', runtime)]: '' });
  expect(hasOnnxRuntime(onnxRuntimeFolder(userCache({ XDG_CACHE_HOME: files })))).toBe(true);
});

/** A project whose command puts some of the models into an empty cache, then fails. */
function setUpWith(...brings: (keyof ReturnType<typeof speechFiles>)[]) {
  const cache = temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', cache);
  const files = speechFiles();
  const root = temporaryFolder({
    'package.json': '{"type":"commonjs"}',
    'dist/src/cli/main.js': `
      const { mkdirSync, writeFileSync } = require('node:fs');
      for (const path of ${JSON.stringify(brings.map((name) => files[name]))}) {
        mkdirSync(require('node:path').dirname(path), { recursive: true });
        writeFileSync(path, '');
      }
      console.log(process.argv.slice(2).join(' '), 'was run');
      process.exit(1);`,
  });
  let said = '';
  const progress = new Progress({ write: (text) => (said += text) });
  const at = { root, need: 'serve' as const, progress, node: process.execPath, mustBuildWorker: false };
  return { at, said: () => said };
}

it('without a speech model the set-up goes on, says so, and does not try at every start', async () => {
  const { at, said } = setUpWith('voiceActivity');
  expect(speechStep.reason(at)).toBe('not here');
  await speechStep.work(at);
  expect(said()).toMatch(/speech install was run[^]*words come from captions only[^]*speech install` tries again/);
  expect(speechStep.reason(at)).toBeUndefined();
});

it('without voice activity it does not', async () => {
  const { at } = setUpWith('model');
  await expect(speechStep.work(at)).rejects.toThrow('voice activity model');
  expect(speechStep.reason(at)).toBe('not here');
});

it('without the voice encoders, or what runs them, the set-up goes on, and says so', async () => {
  for (const brings of [[], ['encoders'], ['runtime']] as const) {
    const { at, said } = setUpWith('voiceActivity', 'model', ...brings);
    await speechStep.work(at);
    expect(said()).toMatch(/without voice encoders[^]*speech install` tries again/);
    expect(said()).not.toContain('captions');
    expect(speechStep.reason(at)).toBeUndefined();
  }
});

it('what a set-up before knew nothing of is fetched by the next', async () => {
  const { at } = setUpWith('voiceActivity', 'model');
  await speechStep.work(at);
  writeState(projectPaths(at.root).state, { speech: { tried: 'moonshine-tiny-en-v2' } });
  expect(speechStep.reason(at)).toBe('no voice encoders yet');
});

it('with all of them there is nothing to do', async () => {
  const { at, said } = setUpWith('voiceActivity', 'model', 'encoders', 'runtime');
  await speechStep.work(at);
  expect(said()).not.toMatch(/captions|encoders/);
  expect(speechStep.reason(at)).toBeUndefined();
});
