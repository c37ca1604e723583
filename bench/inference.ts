import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { silentMeter } from '../src/common/metrics.js';
import type { BatchRunner } from '../src/inference/batch-runner.js';
import type { createEngine } from '../src/inference/engines.js';
import type { SettledCrop } from '../src/inference/types.js';
import { cropIds, cropPixels, revisedBy, windowOf } from './support/simulated-people.js';
import { median, quantile } from './support/statistics.js';

/**
 * What judging a person costs a second, in CPU time of all threads of this process, and how long after everybody's window closed
 * at once the last is judged: two face crops a second, everybody speaks, a caption each five seconds that comes late and revises two
 * windows. With --against DIST (the compiled files of another commit) both are measured in turn, so that other work on the machine
 * touches both alike. Prints JSON.
 *
 *   node dist/bench/inference.js --against ../before/dist --people 40 --rounds 12
 */
const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    people: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '12' },
    threads: { type: 'string', default: '0' },
  },
});
const PEOPLE = Number(values.people);
const WARM_UP = 2;
const FIRST = 8;
interface Subject {
  /** One second of everybody. */
  second(n: number): Promise<{ cpuMs: number; lastMs: number }>;
  close(): Promise<void>;
}
type Runner = BatchRunner & { crop?(crop: SettledCrop): void };

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function subject(dist: string): Promise<Subject> {
  const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(dist, file)).href) as Promise<T>;
  const engines = await load<{ createEngine: typeof createEngine }>('src/inference/engines.js');
  const runners = await load<{ BatchRunner: typeof BatchRunner }>('src/inference/batch-runner.js');
  const engine = await engines.createEngine('wasm', { threads: Number(values.threads) });
  await engine.load(resolve(dist, '../models/fusion'));
  await engine.warmUp([1, 2, 4, 8]);
  const options = {
    ...{ maxBatch: 8, maxQueueDelay: 15, inferenceDeadline: 10_000, inferenceQueue: 512 },
    wordsRevisionHorizon: 10_000,
  };
  const runner: Runner = new runners.BatchRunner(engine, options, { meter: silentMeter });
  const early = typeof runner.crop === 'function';
  return {
    async second(n) {
      const from = cpuMs();
      const people = Array.from({ length: PEOPLE }, (_, person) => ({ room: 'r', participant: String(person) }));
      if (early) {
        for (const id of cropIds(n)) {
          for (const who of people) runner.crop!({ ...who, id, pixels: cropPixels(id) });
          // A part of the second lies between; the crops of the last part come shortly before its end.
          await new Promise((r) => setTimeout(r, 300));
        }
      }
      const start = performance.now();
      const outcomes = people.map((who, i) => runner.submit({ ...who, features: windowOf(n, i, 0, early) }));
      const judged = await Promise.all(outcomes);
      const lastMs = performance.now() - start;
      if (judged.some((outcome) => 'dropped' in outcome)) throw new Error('a window was dropped');
      const revisions = people.flatMap((who, i) =>
        revisedBy(n, i).map((second) => runner.submit({ ...who, features: windowOf(second, i, 1, early) })),
      );
      await Promise.all(revisions);
      return { cpuMs: (cpuMs() - from) / PEOPLE, lastMs };
    },
    async close() {
      await runner.close();
      await engine.dispose();
    },
  };
}

const here = await subject(resolve(import.meta.dirname, '..'));
const other = values.against === undefined ? null : await subject(resolve(values.against));
const results = { before: [] as { cpuMs: number; lastMs: number }[], after: [] as { cpuMs: number; lastMs: number }[] };
for (let round = 0; round < WARM_UP + Number(values.rounds); round++) {
  const before = await other?.second(FIRST + round);
  const after = await here.second(FIRST + round);
  if (round < WARM_UP) continue;
  if (before) results.before.push(before);
  results.after.push(after);
}
const told = (of: { cpuMs: number; lastMs: number }[]) =>
  of.length === 0
    ? undefined
    : {
        cpuMsPerParticipantSecond: Number(median(of.map((each) => each.cpuMs)).toFixed(3)),
        lastJudgedMs: Number(median(of.map((each) => each.lastMs)).toFixed(1)),
        lastJudgedP95Ms: Number(
          quantile(
            of.map((each) => each.lastMs),
            0.95,
          ).toFixed(1),
        ),
      };
console.log(JSON.stringify({ people: PEOPLE, before: told(results.before), after: told(results.after) }, null, 2));
await Promise.all([here.close(), other?.close()]);
process.exit(0);
