import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedModelFolder } from '../src/common/version.js';
import { listEngines } from '../src/inference/available-engines.js';
import { timeEngine } from '../src/inference/engine-timing.js';
import { createEngine } from '../src/inference/engines.js';
import { fullWindow } from '../src/inference/full-window.js';
import { exportRepository } from '../src/inference/triton/export-repository.js';
import type { Engine, EngineName } from '../src/inference/types.js';
import { noTriton, TritonServer } from '../test/inference/support/triton-server.js';

// The same load on wasm, onnx and a Triton on loopback, in one run: `npm run bench:triton [-- SECONDS]`.

const SIZES = [1, 4, 16];
/** Windows in a batch of the steady load. */
const BATCH = 8;
const seconds = Number(process.argv[2] ?? 10);

/** Windows judged in a second, while each lane always has a batch. */
async function steady(engine: Engine): Promise<number> {
  const batch = Array.from({ length: BATCH }, (_, i) => fullWindow(i));
  await engine.run(batch);
  const from = performance.now();
  const until = from + seconds * 1000;
  let judged = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) judged += (await engine.run(batch)).length;
  };
  await Promise.all(Array.from({ length: engine.lanes }, lane));
  return (judged * 1000) / (performance.now() - from);
}

async function measure(name: EngineName, label: string, urls: readonly string[] = []): Promise<void> {
  const engine = await createEngine(name, { threads: 1, remote: { urls, deadlineMs: 60_000 } });
  try {
    await engine.load(shippedModelFolder());
    const timings = await timeEngine(engine, SIZES);
    const each = timings.map(({ size, medianMs }) => `batch ${String(size)}: ${medianMs.toFixed(1)} ms`);
    const rate = await steady(engine);
    console.log(`${label}: ${each.join(', ')}; ${rate.toFixed(0)} windows/s with ${String(engine.lanes)} lanes`);
  } finally {
    await engine.dispose();
  }
}

console.log(
  `${String(cpus().length)} cores, load ${loadavg()[0]!.toFixed(1)}; windows with all three modalities in full`,
);
await measure('wasm', 'wasm, one thread');
if (listEngines().find(({ name }) => name === 'onnx')?.available) await measure('onnx', 'onnx, one thread');
else console.log('onnx: left out. `npx emostream engine install onnx` brings it.');
if (noTriton !== null) console.log(`triton: left out. ${noTriton}`);
else {
  const folder = await mkdtemp(join(tmpdir(), 'emostream-bench-triton-'));
  await exportRepository({ model: shippedModelFolder(), out: folder, device: 'auto', instances: 1, log: () => {} });
  const server = await TritonServer.start(join(folder, 'python'));
  try {
    await measure('triton', 'triton by gRPC, Python backend, one instance', [server.grpc]);
    await measure('triton', 'triton by HTTP, Python backend, one instance', [server.http]);
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
}
