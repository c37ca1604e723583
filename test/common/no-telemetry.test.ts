import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { forbidTelemetry, TELEMETRY_OPT_OUT } from '../../src/common/onnx/no-telemetry.js';
import { sileroFile } from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('is forbidden in the environment of the process; a thread without that loads nothing', () => {
  const env: NodeJS.ProcessEnv = { [TELEMETRY_OPT_OUT]: '0' };
  expect(() => forbidTelemetry(env, false)).toThrow(/did not forbid its telemetry/);
  forbidTelemetry(env, true);
  expect(env).toEqual({ [TELEMETRY_OPT_OUT]: '1' });
  expect(() => forbidTelemetry(env, false)).not.toThrow();
});

const installed = existsSync(onnxRuntimeFolder()) && existsSync(sileroFile());
if (!installed) console.warn('passed over: ONNX Runtime or a model is not installed (npx emostream speech install)');

const module = (path: string) => JSON.stringify(projectFile(`dist/src/${path}`));
const [folder, model] = [JSON.stringify(onnxRuntimeFolder()), JSON.stringify(sileroFile())];
const LOADED = `
  Promise.all([import('node:fs'), import(${module('common/onnx/runtime.js')})])
    .then(([{ readFileSync }, { loadOnnxRuntime }]) =>
      loadOnnxRuntime(${folder}).InferenceSession.create(readFileSync(${model}), {}))
    .then(() => console.log('loaded'));`;
const IN_A_THREAD = `
  import { Worker } from 'node:worker_threads';
  import { forbidTelemetry } from ${module('common/onnx/no-telemetry.js')};
  forbidTelemetry();
  new Worker(${JSON.stringify(LOADED)}, { eval: true });`;

/** ONNX Runtime sends nothing where it believes that it is tested: then there is nothing to see. */
const TESTED = /^(CI|.*_CI|GITHUB_ACTIONS|TF_BUILD|BUILD_.*|JENKINS.*|TEAMCITY.*|VITEST.*)$/;

it.skipIf(!installed).each([
  ['in a process', LOADED],
  ['in a thread', IN_A_THREAD],
])(
  'ONNX Runtime, loaded %s, leaves no identifier of the machine behind, and no events to be sent',
  (_where, script) => {
    const home = temporaryFolder();
    const kept = Object.entries(process.env).filter(([name]) => !TESTED.test(name) && name !== TELEMETRY_OPT_OUT);
    const env = { ...Object.fromEntries(kept), HOME: home, XDG_CACHE_HOME: home };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env,
      encoding: 'utf8',
    });
    expect(stdout, stderr).toBe('loaded\n');
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  },
);
