/** Service times that were measured, and where. */
export interface MeasuredCosts {
  /** What of bench/results they are of: file, commit, machine. */
  sources: string[];
  /** People of one node within the promise, each of whom received nobody. */
  nodePeople: number;
  nodeCores: number;
  /** CPU of a participant-second, ms: all of it, with the load generator, which ran on the same cores. */
  allMs: number;
  generatorMs: number;
  inferenceMs: number;
  /** CPU of forwarding one track for a second, ms. */
  trackMs: number;
  /** Windows that are judged of a participant-second, with those that words revise. */
  windowsPerSecond: number;
  /** How long a batch of that many windows takes, ms, the sizes rising: two cores by ONNX Runtime, one H100 by its CUDA provider. */
  cpuBatches: readonly Batch[];
  gpuBatches: readonly Batch[];
  /** What asking a server costs the node that asks, ms of CPU a window; null where it was not measured. */
  remoteClientMs: number | null;
  /** What recognition of words would add, ms of CPU a participant-second. */
  wordsMs: number;
  /** People whom one H100 judged in one process, and the 95th percentile, ms: what the simulation is held against. */
  gpuMeasured: { people: number; p95: number };
}

export interface Batch {
  size: number;
  ms: number;
}

/** A file of bench/results; these are written by programs of this folder, and read as they were written. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Result = any;

/** @param read a file of bench/results by its name; undefined where it is not there */
export function measuredCosts(read: (name: string) => Result): MeasuredCosts {
  const [capacity, engines, gpu, call, triton] = ['capacity', 'engines', 'gpu', 'call', 'triton'].map(read);
  const kept = capacity.runs.find((run: Result) => run.participants === capacity.most);
  const ms = (run: Result, key: string): number => 1000 * run.cpu.perParticipantSecond[key];
  const forwarding = ms(capacity.room, 'process mediasoup') - ms(kept, 'process mediasoup');
  const cuda = gpu.engines.find(({ engine }: Result) => engine === 'onnx:cuda');
  const most = cuda.loads.reduce((best: Result, one: Result) => (one.people > best.people ? one : best));
  const load = cuda.loads[0];
  const of = (name: string, { commit, machine }: Result): string =>
    `${name}.json: ${String(commit)}, ${String(machine.cores)} cores (${String(machine.cpu)})${machine.gpu ? `, ${String(machine.gpu.name)}` : ''}`;
  return {
    sources: [of('capacity', capacity), of('engines', engines), of('gpu', gpu), of('call', call)].concat(
      triton ? of('triton', triton) : [],
    ),
    nodePeople: capacity.most,
    nodeCores: capacity.machine.cores,
    allMs: ms(kept, 'all, without the load generator'),
    generatorMs: ms(kept, 'load generator (in thread main)'),
    inferenceMs: ms(kept, 'thread inference'),
    trackMs: forwarding / (capacity.room.consumers / capacity.room.participants),
    windowsPerSecond: load.windows / load.people / gpu.secondsOfLoad,
    cpuBatches: engines.rows
      .filter((row: Result) => row.subject === 'onnx-all' && row.case === 'window')
      .map(({ size, p50 }: Result): Batch => ({ size, ms: p50 })),
    gpuBatches: cuda.sizes.map(({ size, windowMs }: Result): Batch => ({ size, ms: windowMs.p50 })),
    remoteClientMs: triton?.subjects.find((one: Result) => one.id === 'triton-grpc')?.clientCpuMs ?? null,
    wordsMs: ms(call, 'thread speech'),
    gpuMeasured: { people: most.people, p95: most.p95 },
  };
}
