import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { toEmostreamError } from '../common/errors.js';
import { packageVersion, shippedModelFolder, triedNodes } from '../common/version.js';
import { timeEngine, type EngineTiming } from '../inference/engine-timing.js';
import { type EngineStatus, listEngines } from '../inference/available-engines.js';
import { createEngine, DEFAULT_ENGINE } from '../inference/engines.js';
import { findWorkerBinary } from '../sfu/worker-binary.js';
import { type Check, failed, ok } from './check.js';
import { checkDoors } from './door-checks.js';
import { checkServers } from './server-checks.js';
import { checkSpeech } from './speech-checks.js';

/** Batch sizes that are timed. */
const SIZES = [1, 4, 16];

/** `emostream doctor`: what of the product can run on this machine, how fast, and what to do about the rest. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check this installation, list the inference engines, and time those that can run here.')
    .option('--model <folder>', 'fusion model to time the engines with (default: the shipped one)')
    .option('--config <file>', 'configuration file (JSON) to look at, with the environment')
    .option('--json', 'print JSON instead of a table')
    .action(async (flags: { model?: string; config?: string; json?: boolean }) => {
      const checks = [nodeCheck(), workerCheck(), await decoderCheck(), await faceCheck(), ...(await checkSpeech())];
      checks.push(...(await checkDoors(flags.config)), ...(await checkServers(flags.config, flags.model)));
      for (const status of listEngines()) checks.push(await engineCheck(status, flags.model ?? shippedModelFolder()));
      if (flags.json) console.log(JSON.stringify({ version: packageVersion(), checks }, null, 2));
      else print(checks);
      if (checks.some((check) => check.state === 'failed')) process.exitCode = 1;
    });
}

function print(checks: readonly Check[]): void {
  const width = Math.max(...checks.map((check) => check.name.length));
  console.log(`emostream ${packageVersion()}`);
  for (const { name, state, detail, advice } of checks) {
    console.log(`${state.padEnd(8)}${name.padEnd(width + 2)}${detail}`);
    if (advice) console.log(`${' '.repeat(width + 10)}→ ${advice}`);
  }
}

function nodeCheck(): Check {
  const { node } = process.versions;
  const majors = triedNodes();
  if (majors.includes(node.split('.')[0] ?? '')) return ok('Node', node);
  return failed(
    'Node',
    `This is Node ${node}; emostream was tried with ${majors.join(', ')}.`,
    'Start it with `npm start` or `npx emostream`, which bring Node 22.',
  );
}

function workerCheck(): Check {
  const path = findWorkerBinary();
  const advice = 'Run `npx emostream setup`, which downloads or builds it, or set MEDIASOUP_WORKER_BIN.';
  if (!path) return failed('mediasoup worker', 'There is none.', advice);
  try {
    accessSync(path, constants.X_OK);
    return ok('mediasoup worker', path);
  } catch {
    return failed('mediasoup worker', `${path} is missing or not executable.`, advice);
  }
}

async function decoderCheck(): Promise<Check> {
  try {
    // Imported here, so that a library that does not load is a finding and not the end of the command.
    const { closeDecoder, openDecoder } = await import('../media/codec-library.js');
    const codecs = ['vp8', 'h264', 'opus'] as const;
    for (const codec of codecs) closeDecoder(openDecoder(codec, () => {}));
    return ok('decoders', `${codecs.join(', ')} (node-av)`);
  } catch (error) {
    return failed('decoders', error, 'Run `npm ci` on Node 22 or newer; node-av needs glibc or macOS or Windows.');
  }
}

async function faceCheck(): Promise<Check> {
  try {
    const { FaceFinder } = await import('../features/face-finder.js');
    const finder = await FaceFinder.create();
    const picture = { rgb: new Uint8Array(320 * 180 * 3).fill(90), width: 320, height: 180 };
    const times = Array.from({ length: 20 }, () => {
      const from = performance.now();
      finder.find(picture);
      return performance.now() - from;
    }).sort((a, b) => a - b);
    finder.dispose();
    return ok('face finder', `${times[10]!.toFixed(1)} ms a search of a 320 × 180 picture`);
  } catch (error) {
    return failed('face finder', error, 'Run `npm ci` again.');
  }
}

async function engineCheck(status: EngineStatus, model: string): Promise<Check> {
  const name = `engine ${status.name}`;
  if (!status.available) return { name, state: 'missing', detail: status.reason, advice: status.advice };
  if (!existsSync(join(model, 'model.json'))) {
    const detail = `${status.description}; not timed: there is no model in ${model}.`;
    return { name, state: 'failed', detail, advice: 'Restore the folder, or name another with --model.' };
  }
  try {
    const engine = await createEngine(status.name);
    try {
      const { name: modelName, version } = await engine.load(model);
      const timings = await timeEngine(engine, SIZES);
      const left = SIZES.slice(timings.length);
      const tooSlow = left.length > 0 ? `; batch ${left.join(', ')}: not timed, this engine is too slow here` : '';
      return ok(name, `${status.description}; ${modelName} ${version}; ${timings.map(describe).join('; ')}${tooSlow}`);
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    const { code, message } = toEmostreamError(error);
    // Only the embedded engine is needed; another may find no GPU when it starts.
    if (code === 'ENGINE_UNAVAILABLE' && status.name !== DEFAULT_ENGINE) {
      return { name, state: 'missing', detail: message, advice: '' };
    }
    return failed(name, error, 'Run `npm ci` again.');
  }
}

function describe({ size, medianMs }: EngineTiming): string {
  const perSecond = (1000 * size) / medianMs;
  return `batch ${size}: ${medianMs.toFixed(1)} ms, ${perSecond.toFixed(perSecond < 10 ? 1 : 0)} windows/s`;
}
