import { silentMeter } from '../../src/common/metrics.js';
import { shippedModelFolder } from '../../src/common/version.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import { batchSizes } from '../../src/inference/batch-sizes.js';
import { createEngine, type RunningEngine } from '../../src/inference/engines.js';
import { fullWindow } from '../../src/inference/full-window.js';
import type { OnnxProviderChoice } from '../../src/inference/onnx/providers.js';
import { onGpu, type EngineDevice, type EngineName } from '../../src/inference/types.js';
import { largestDifference, readInputs, readOutputs } from '../../test/inference/golden/golden-vectors.js';
import { seeded } from '../support/random.js';
import { median, quantile } from '../support/statistics.js';
import { nvidiaGpu } from './nvidia-smi.js';
import { simulateLoad, type LoadFigures } from './simulated-load.js';

/** As the server has them by default. */
const DEADLINE = 2000;
const REVISION_HORIZON = 10_000;
/** A first batch compiles programs: of CUDA for a GPU that it was not built for, minutes, ms. */
const CALL_TIMEOUT = 300_000;
const ROUNDS = 12;
/** Where one batch takes so long, ms, it is not run ROUNDS times. */
const SLOW_MS = 400;
/** A load of which so large a share gets no answer is the last: more people would tell nothing new. */
const HOPELESS = 0.2;

export interface SizeFigures {
  size: number;
  /** A full window: 4 face crops, 3 s of voice with what is heard in it, 32 words. */
  windowMs: { p50: number; p95: number };
  windowsPerSecond: number;
  /** Face crops alone, so many. */
  cropsMs: number;
}

/** `onnx:cuda` is the engine `onnx` by its provider `cuda`. */
export const nameOf = (subject: string): EngineName => subject.split(':')[0] as EngineName;

export interface EngineFigures {
  engine: string;
  /** What it says that it computes on. */
  device: EngineDevice;
  /** Largest relative difference of a probability to the golden vectors. */
  difference: number;
  /** Until the model is loaded, and until every size was warmed up, s. */
  loadS: number;
  warmUpS: number;
  /** Memory of the GPU, MiB, that was taken between before the engine and after all sizes; null where nobody tells. */
  gpuMiB: number | null;
  rssMiB: number;
  sizes: SizeFigures[];
  loads: ({ maxBatch: number; maxQueueDelay: number } & LoadFigures)[];
}

export interface MeasureOptions {
  sizes: readonly number[];
  people: readonly number[];
  seconds: number;
  maxBatch: readonly number[];
  queueDelay: number;
}

/** @throws EmostreamError ENGINE_UNAVAILABLE when it does not start */
export async function measureEngine(
  name: string,
  { sizes, people, seconds, maxBatch, queueDelay }: MeasureOptions,
  log: (line: string) => void,
): Promise<EngineFigures> {
  const before = nvidiaGpu()?.usedMiB ?? null;
  const start = performance.now();
  const onnxProvider = name.split(':')[1] as OnnxProviderChoice | undefined;
  const engine = await createEngine(nameOf(name), {
    ...{ threads: 0, callTimeout: CALL_TIMEOUT },
    ...(onnxProvider && { onnxProvider }),
  });
  await engine.load(shippedModelFolder());
  const loaded = performance.now();
  await engine.warmUp([...new Set([...sizes, ...maxBatch.flatMap(batchSizes)])].sort((a, b) => a - b));
  const warm = performance.now();
  log(`${name} on ${engine.device.name} (${engine.device.kind}): ${engine.device.why ?? ''}`);
  log(`${name}: loaded in ${seconds1(loaded - start)} s, warm in ${seconds1(warm - loaded)} s`);
  const judged = (await engine.run((await readInputs()).inputs)).map(({ scores }) => scores);
  const difference = largestDifference(judged, (await readOutputs()).scores).probabilities;
  const figures: EngineFigures = {
    engine: name,
    device: engine.device,
    difference,
    loadS: Number(seconds1(loaded - start)),
    warmUpS: Number(seconds1(warm - loaded)),
    gpuMiB: null,
    rssMiB: 0,
    sizes: [],
    loads: [],
  };
  for (const size of sizes) {
    figures.sizes.push(await measureSize(engine, size));
    log(`${name}: ${JSON.stringify(figures.sizes.at(-1))}`);
  }
  const after = nvidiaGpu()?.usedMiB ?? null;
  if (before !== null && after !== null) figures.gpuMiB = after - before;
  for (const batch of maxBatch) {
    const options = {
      ...{ maxBatch: batch, maxQueueDelay: queueDelay, inferenceDeadline: DEADLINE, inferenceQueue: 4096 },
      wordsRevisionHorizon: REVISION_HORIZON,
      padTo: onGpu(engine.device) ? batchSizes(batch) : [],
    };
    for (const count of people) {
      const runner = new BatchRunner(engine, options, { meter: silentMeter });
      const load = await simulateLoad(runner, { people: count, seconds, random: seeded(count) });
      await runner.close(DEADLINE);
      figures.loads.push({ maxBatch: batch, maxQueueDelay: queueDelay, ...load });
      log(`${name}: ${JSON.stringify(figures.loads.at(-1))}`);
      if (load.dropped > HOPELESS * load.windows) break;
    }
  }
  figures.rssMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
  await engine.dispose();
  return figures;
}

async function measureSize(engine: RunningEngine, size: number): Promise<SizeFigures> {
  const windows = Array.from({ length: size }, (_, i) => fullWindow(i % 16));
  const crops = new Uint8Array(size * FACE_SIZE * FACE_SIZE);
  windows.forEach(({ face }, i) => crops.set(face!.crops.subarray(0, crops.length / size), (i * crops.length) / size));
  const windowMs = await timed(() => engine.run(windows));
  const cropsMs = await timed(() => engine.encodeFaces(crops, size));
  const p50 = median(windowMs);
  return {
    size,
    windowMs: { p50: rounded(p50), p95: rounded(quantile(windowMs, 0.95)) },
    windowsPerSecond: Math.round((1000 * size) / p50),
    cropsMs: rounded(median(cropsMs)),
  };
}

async function timed(run: () => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  await run();
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    await run();
    ms.push(performance.now() - from);
    if (round >= 2 && ms.at(-1)! > SLOW_MS) break;
  }
  return ms;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
const seconds1 = (ms: number): string => (ms / 1000).toFixed(1);
