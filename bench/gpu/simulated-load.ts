import type { BatchRunner } from '../../src/inference/batch-runner.js';
import type { Outcome } from '../../src/inference/outcome.js';
import { cropIds, cropPixels, CROPS, revisedBy, windowOf } from '../support/simulated-people.js';
import { quantile } from '../support/statistics.js';

/** People of a room. */
const ROOM = 10;
/** When in a person's second each of its crops is settled, ms: at the end of each part, the last just before the window closes. */
const SETTLED = Array.from({ length: CROPS }, (_, i) => (1000 * (i + 1)) / CROPS - 5);
/** Seconds that are not counted: queues fill, V8 compiles. */
const WARM_SECONDS = 3;
/** How often the simulation looks at the clock at most, ms. */
const TICK_MS = 4;
/** No second has a negative number. */
const FIRST = 100;

export interface LoadFigures {
  people: number;
  /** Windows (revisions too) that were counted, and how many of them had no answer. */
  windows: number;
  dropped: number;
  /** Queue and inference of a window, ms. */
  p50: number;
  p95: number;
  p99: number;
  /** CPU time of all threads of the process, ms a person and second; some of it is the simulation's. */
  cpuMs: number;
  /** How late the simulation itself was, ms, 95 % of its steps: where that is large, so are the others for its sake. */
  lateP95: number;
}

interface Step {
  /** Within a second of the simulation. */
  atMs: number;
  /** Of the person's second that began in the one before. */
  earlier: boolean;
  person: number;
  crop: number | null;
}

/**
 * So many people, each at a phase of their own: face crops as they settle, every second a window with face, voice and words, and
 * now and then words that revise two windows. Real time.
 * @param random of phases, 0..1
 */
export async function simulateLoad(
  runner: BatchRunner,
  { people, seconds, random }: { people: number; seconds: number; random: () => number },
): Promise<LoadFigures> {
  const who = Array.from({ length: people }, (_, i) => ({
    room: `load-${people}-${Math.floor(i / ROOM)}`,
    participant: String(i),
  }));
  const steps = stepsOfSecond(Array.from({ length: people }, () => 1000 * random()));
  const latencies: number[] = [];
  const late: number[] = [];
  const pending = new Set<Promise<void>>();
  let dropped = 0;
  let counting = false;
  const submit = (person: number, second: number, revision: number): void => {
    const [counted, from] = [counting, performance.now()];
    const done = runner
      .submit({ ...who[person]!, features: windowOf(second, person, revision, true) })
      .then((outcome: Outcome) => {
        pending.delete(done);
        if (!counted) return;
        if ('dropped' in outcome) dropped++;
        else latencies.push(performance.now() - from);
      });
    pending.add(done);
  };
  const start = performance.now();
  let cpu = process.cpuUsage();
  let second = 0;
  let next = 0;
  while (second < WARM_SECONDS + seconds) {
    const step = steps[next]!;
    const due = start + 1000 * second + step.atMs;
    const now = performance.now();
    if (now < due) {
      await new Promise((r) => setTimeout(r, Math.max(TICK_MS, due - now)));
      continue;
    }
    if (counting) late.push(now - due);
    const number = FIRST + second - (step.earlier ? 1 : 0);
    if (step.crop !== null) {
      const id = cropIds(number)[step.crop]!;
      runner.crop({ ...who[step.person]!, id, pixels: cropPixels(id) });
    } else {
      submit(step.person, number, 0);
      for (const earlier of revisedBy(number, step.person)) submit(step.person, earlier, 1);
    }
    if (++next < steps.length) continue;
    next = 0;
    if (++second !== WARM_SECONDS) continue;
    counting = true;
    cpu = process.cpuUsage();
  }
  const { user, system } = process.cpuUsage(cpu);
  // The runner's own deadline bounds this.
  await Promise.all(pending);
  for (const { room, participant } of who) runner.cancel(room, participant);
  const of = (q: number): number => Number(quantile(latencies, q).toFixed(1));
  return {
    people,
    windows: latencies.length + dropped,
    dropped,
    ...{ p50: of(0.5), p95: of(0.95), p99: of(0.99) },
    cpuMs: Number(((user + system) / 1000 / people / seconds).toFixed(2)),
    lateP95: Number(quantile(late, 0.95).toFixed(1)),
  };
}

/** All that happens in one second of the simulation, in order. */
function stepsOfSecond(phases: readonly number[]): Step[] {
  const steps = phases.flatMap((phase, person) =>
    [...SETTLED.map((at, crop) => ({ at, crop })), { at: 1000, crop: null }].map(({ at, crop }): Step => {
      const atMs = phase + at;
      return { atMs: atMs % 1000, earlier: atMs >= 1000, person, crop };
    }),
  );
  return steps.sort((a, b) => a.atMs - b.atMs);
}
