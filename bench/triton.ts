import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { shippedModelFolder } from '../src/common/version.js';
import { listEngines } from '../src/inference/available-engines.js';
import { timeEngine, type EngineTiming } from '../src/inference/engine-timing.js';
import { createEngine } from '../src/inference/engines.js';
import { fullWindow } from '../src/inference/full-window.js';
import { exportRepository } from '../src/inference/triton/export-repository.js';
import type { Engine, EngineName } from '../src/inference/types.js';
import { noTriton, TritonServer } from '../test/inference/support/triton-server.js';
import { measured } from './support/measured.js';
import { writeJson } from './support/write-json.js';

/** `npm run bench:triton`: the same load on wasm, onnx and a Triton on loopback, in one run. */
const program = new Command('bench:triton')
  .option('-s, --seconds <seconds>', 'how long each has its steady load', '10')
  .option('--json <file>', 'where the figures go', 'bench/results/triton.json');
program.parse();
const options = program.opts<{ seconds: string; json: string }>();

const SIZES = [1, 4, 16];
/** Windows in a batch of the steady load. */
const BATCH = 8;

interface Steady {
  windowsPerSecond: number;
  /** CPU time of this process a window, ms: of an engine here all of it, of a server what asking it costs. */
  clientCpuMs: number;
}

/** While each lane always has a batch. */
async function steady(engine: Engine): Promise<Steady> {
  const batch = Array.from({ length: BATCH }, (_, i) => fullWindow(i));
  await engine.run(batch);
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  const until = from + Number(options.seconds) * 1000;
  let judged = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) judged += (await engine.run(batch)).length;
  };
  await Promise.all(Array.from({ length: engine.lanes }, lane));
  const { user, system } = process.cpuUsage(cpu);
  return {
    windowsPerSecond: Number(((judged * 1000) / (performance.now() - from)).toFixed(1)),
    clientCpuMs: Number(((user + system) / 1000 / judged).toFixed(3)),
  };
}

interface Subject extends Steady {
  id: string;
  label: string;
  lanes: number;
  batches: EngineTiming[];
}

async function measure(id: string, label: string, name: EngineName, urls: readonly string[] = []): Promise<Subject> {
  const engine = await createEngine(name, { threads: 1, remote: { urls, deadlineMs: 60_000 } });
  try {
    await engine.load(shippedModelFolder());
    const batches = (await timeEngine(engine, SIZES)).map(({ size, medianMs }) => ({
      ...{ size, medianMs: Number(medianMs.toFixed(2)) },
    }));
    const subject = { id, label, lanes: engine.lanes, batches, ...(await steady(engine)) };
    const each = batches.map(({ size, medianMs }) => `batch ${String(size)}: ${String(medianMs)} ms`);
    console.log(
      `${label}: ${each.join(', ')}; ${String(subject.windowsPerSecond)} windows/s, ${String(subject.clientCpuMs)} ms of CPU here a window`,
    );
    return subject;
  } finally {
    await engine.dispose();
  }
}

const before = loadavg()[0]!;
const subjects = [await measure('wasm', 'wasm, one thread', 'wasm')];
const notMeasured: { label: string; reason: string }[] = [];
if (listEngines().find(({ name }) => name === 'onnx')?.available) {
  subjects.push(await measure('onnx', 'onnx, one thread', 'onnx'));
} else notMeasured.push({ label: 'onnx', reason: '`npx emostream engine install onnx` brings it' });
if (noTriton === null) {
  const folder = await mkdtemp(join(tmpdir(), 'emostream-bench-triton-'));
  await exportRepository({ model: shippedModelFolder(), out: folder, device: 'auto', instances: 1, log: () => {} });
  const server = await TritonServer.start(join(folder, 'python'));
  try {
    subjects.push(await measure('triton-grpc', 'triton by gRPC, Python backend', 'triton', [server.grpc]));
    subjects.push(await measure('triton-http', 'triton by HTTP, Python backend', 'triton', [server.http]));
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
} else notMeasured.push({ label: 'triton', reason: noTriton });
for (const { label, reason } of notMeasured) console.log(`${label}: not measured: ${reason}`);
writeJson(options.json, {
  benchmark: 'triton',
  ...measured('bench:triton'),
  ...{ seconds: Number(options.seconds), batch: BATCH, loadBefore: Number(before.toFixed(1)), subjects, notMeasured },
});
