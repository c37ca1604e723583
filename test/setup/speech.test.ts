import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Progress } from '../../scripts/setup/progress.mjs';
import { speechFiles, speechStep } from '../../scripts/setup/speech.mjs';
import { defaultModelFolder, sileroFile } from '../../src/speech/index.js';
import { MODEL_FILE, speechFolder } from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('the set-up looks for the models where the program keeps them', () => {
  const env = { XDG_CACHE_HOME: '/elsewhere' };
  const folder = speechFolder(env);
  const model = join(defaultModelFolder(folder), MODEL_FILE);
  expect(speechFiles(env)).toEqual({ voiceActivity: sileroFile(folder), model });
});

/** A project whose command puts some of the models into an empty cache, then fails. */
function setUpWith(...brings: ('voiceActivity' | 'model')[]) {
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

it('with both there is nothing to do', async () => {
  const { at, said } = setUpWith('voiceActivity', 'model');
  await speechStep.work(at);
  expect(said()).not.toContain('captions');
  expect(speechStep.reason(at)).toBeUndefined();
});
