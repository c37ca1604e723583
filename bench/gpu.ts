import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { Command } from 'commander';
import { toEmostreamError } from '../src/common/errors.js';
import { shippedModelFolder } from '../src/common/version.js';
import { listEngines } from '../src/inference/available-engines.js';
import { modelDigest } from '../test/inference/golden/golden-vectors.js';
import { measureEngine, nameOf, type EngineFigures } from './gpu/measure-engine.js';
import { nvidiaGpu } from './gpu/nvidia-smi.js';
import { commitId } from './support/commit.js';
import { projectFile } from './support/project-file.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:gpu`: the engines that can use a GPU on the GPU that is here, each in a process of its own, and
 * beside them ONNX Runtime on the processor: windows a second by batch
 * size, and how long windows wait and take under the load of many simulated people. Writes bench/results/gpu.json.
 */
const numbers = (text: string): number[] => text.split(',').map(Number);
const options = new Command('bench:gpu')
  .option('--engines <names>', 'which; onnx with its provider', (text) => text.split(','), [
    'tensorflow-gpu',
    'onnx:cuda',
    'onnx:webgpu',
    'webgpu',
    'onnx:cpu',
  ])
  .option('--sizes <counts>', 'batch sizes', numbers, [1, 2, 4, 8, 16, 32, 64, 128, 256])
  .option('--people <counts>', 'people of the loads', numbers, [100, 250, 500, 1000, 1500, 2000])
  .option('--seconds <count>', 'of each load', Number, 8)
  .option('--max-batch <counts>', 'for the loads', numbers, [64])
  .option('--queue-delay <ms>', 'for the loads', Number, 20)
  .option('--any-adapter', 'also where the GPU is one in software or none: to try the benchmark itself')
  .option('--json <file>', 'where the figures go', projectFile('bench/results/gpu.json'))
  .option('--child <engine>', 'measure in this process')
  .parse()
  .opts<{
    engines: string[];
    sizes: number[];
    people: number[];
    seconds: number;
    maxBatch: number[];
    queueDelay: number;
    anyAdapter?: true;
    json: string;
    child?: string;
  }>();

interface Told {
  figures?: EngineFigures;
  error?: string;
}

if (options.child) {
  const told: Told = await measureEngine(options.child, options, (line) => console.log(line)).then(
    (figures) => ({ figures }),
    (error: unknown) => ({ error: toEmostreamError(error).message }),
  );
  process.send!(told, () => process.exit(0));
} else {
  const gpu = nvidiaGpu();
  if (!gpu && !options.anyAdapter) {
    console.error('No NVIDIA GPU answers (nvidia-smi); another one, or none, is measured with --any-adapter.');
    process.exit(1);
  }
  const engines: EngineFigures[] = [];
  const notMeasured: { engine: string; reason: string }[] = [];
  for (const engine of options.engines) {
    const status = listEngines().find(({ name }) => name === nameOf(engine));
    const told = status?.available
      ? await inProcess(engine)
      : { error: `${status?.reason ?? 'There is no such engine.'} ${status?.advice ?? ''}`.trim() };
    if (told.figures) engines.push(told.figures);
    else notMeasured.push({ engine, reason: told.error ?? 'its process ended' });
    if (told.error) console.log(`not measured: ${engine}: ${told.error}`);
  }
  writeJson(options.json, {
    benchmark: 'gpu',
    commit: commitId(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, gpu },
    command: `npm run bench:gpu${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
    model: await modelDigest(shippedModelFolder()),
    secondsOfLoad: options.seconds,
    engines,
    notMeasured,
  });
}

/** An engine that dies takes its process along, and no other's figures. */
function inProcess(engine: string): Promise<Told> {
  return new Promise((resolve) => {
    const child = fork(import.meta.filename, [...process.argv.slice(2), '--child', engine]);
    let told: Told | null = null;
    child.on('message', (message) => (told = message as Told));
    child.on('exit', (code, signal) =>
      resolve(told ?? { error: `its process ended (${signal ?? `exit ${code}`}) before it was measured` }),
    );
  });
}
