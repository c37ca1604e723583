// What `bench/RESULTS.md` says of GPUs.
import { number, table } from './markdown.mjs';

/**
 * @typedef {{ size: number, windowMs: { p50: number, p95: number }, windowsPerSecond: number, cropsMs: number }} GpuSize
 * @typedef {{ maxBatch: number, maxQueueDelay: number, people: number, windows: number, dropped: number, p50: number, p95: number,
 *   p99: number, cpuMs: number, lateP95: number }} GpuLoad
 * @typedef {{ engine: string, device: { name: string, kind: string }, difference: number, loadS: number, warmUpS: number,
 *   gpuMiB: number | null, rssMiB: number, sizes: GpuSize[], loads: GpuLoad[] }} GpuEngine
 */

/** The load at which the aim is set, and the most that 95 % of its windows may wait and take, ms. */
const GPU_AIM = { people: 1000, p95: 100 };

/**
 * @param {{ commit: string, command: string, secondsOfLoad: number, model: string, engines: GpuEngine[],
 *   machine: { cpu: string, cores: number, node: string, gpu: { name: string, driver: string } | null },
 *   notMeasured: { engine: string, reason: string }[], notes?: string[] }} gpu what `npm run bench:gpu` writes
 */
export function gpuText({ commit, command, secondsOfLoad, model, engines, machine, notMeasured, notes = [] }) {
  const device = machine.gpu ? `${machine.gpu.name} (driver ${machine.gpu.driver})` : 'no GPU';
  const sizes = [...new Set(engines.flatMap((engine) => engine.sizes.map(({ size }) => size)))].sort((a, b) => a - b);
  const atAim = engines.flatMap(({ engine, device: { kind }, loads }) =>
    loads.filter(({ people }) => kind === 'gpu' && people === GPU_AIM.people).map((load) => ({ engine, ...load })),
  );
  const met = atAim.filter(({ p95, dropped }) => p95 <= GPU_AIM.p95 && dropped === 0);
  const told = atAim.map(
    ({ engine, maxBatch, p95, dropped }) =>
      `${engine}, batches of up to ${maxBatch}: ${dropped ? `${dropped} windows had no answer` : `${number(p95)} ms`}`,
  );
  const metBy = [...new Set(met.map(({ engine }) => engine))].join(', ');
  return [
    `\`${command}\` at commit ${commit} on ${device}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}; model.json ${model.slice(0, 12)}. Each engine in a process of its own, in its thread, as the server runs it. ${notes.join(' ')}`.trim(),
    `**Aim: the windows of ${GPU_AIM.people} people a second on one H100, 95 % of them through queue and inference in at most ${GPU_AIM.p95} ms. Measured: ${told.join('; ') || 'not measured'}. ${metBy ? `Met by ${metBy}` : 'NOT met'}.**`,
    'Full windows a second by batch size (4 face crops, 3 s of voice with what the encoders hear in it, 32 words):',
    table(
      ['engine', ...sizes.map(String)],
      engines.map(({ engine, sizes: own }) => [
        engine,
        ...sizes.map((size) => own.find((row) => row.size === size)?.windowsPerSecond ?? 'not measured'),
      ]),
    ),
    'Time of such a batch from call to answer, ms, p50 / p95:',
    table(
      ['engine', ...sizes.map(String)],
      engines.map(({ engine, sizes: own }) => [
        engine,
        ...sizes.map((size) => {
          const row = own.find((each) => each.size === size);
          return row ? `${number(row.windowMs.p50)} / ${number(row.windowMs.p95)}` : 'not measured';
        }),
      ]),
    ),
    `Under load: so many people, each at a phase of their own, two face crops and a window with face, voice and words every second, and every five seconds words that revise two windows; ${secondsOfLoad} s each after 3 s that are not counted. What a window waits in the queue and takes, ms; "late" is how late the simulation itself was (p95, ms), which counts in none of the others, and the CPU time is of the whole process, the simulation too.`,
    table(
      [
        'engine, largest batch',
        'people',
        'windows',
        'dropped',
        'p50',
        'p95',
        'p99',
        'CPU ms a person and second',
        'late',
      ],
      engines.flatMap(({ engine, loads }) =>
        loads.map((load) => [
          `${engine}, ${load.maxBatch}`,
          ...[load.people, load.windows, load.dropped, load.p50, load.p95, load.p99, load.cpuMs, load.lateP95],
        ]),
      ),
    ),
    table(
      [
        'engine',
        'computes on',
        'start, s',
        'warm-up, s',
        'memory of the GPU, MiB',
        'of the process, MiB',
        'largest difference to the golden vectors',
      ],
      engines.map((engine) => [
        engine.engine,
        engine.device.name,
        engine.loadS,
        engine.warmUpS,
        engine.gpuMiB ?? 'not told',
        engine.rssMiB,
        engine.difference.toExponential(1),
      ]),
    ),
    ...(notMeasured.length > 0
      ? [
          table(
            ['engine', 'why'],
            notMeasured.map(({ engine, reason }) => [engine, `not measured: ${reason}`]),
          ),
        ]
      : []),
  ].join('\n\n');
}
