import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import '../../bench/support/quiet.js';
import type { FromFuzzChild, FuzzInputFile, FuzzOrder } from './messages.js';
import { plantOverrun } from './plant.js';
import { Random } from './random.js';
import { TARGETS } from './registry.js';

/** Entry of the process in which inputs are played: what writes where it must not ends this process and no other. */
const order = JSON.parse(process.argv[2] ?? '') as FuzzOrder;
const PROGRESS_EVERY_MS = 500;

const target = TARGETS.find(({ name }) => name === order.target);
if (!target) throw new Error(`no target ${order.target}`);
const send = (message: FromFuzzChild): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });
/** Checking allocators look at a block when it is freed: another thread does that, and the next collection waits for it. */
const collect = (): void => {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
};

const replay = order.replay?.map((file) => JSON.parse(readFileSync(file, 'utf8')) as FuzzInputFile);
const session = await target.open();
const started = performance.now();
let told = started;
let plays = 0;
const goesOn = (): boolean => {
  if (replay) return plays < replay.length;
  if (order.plays !== null && plays >= order.plays) return false;
  return order.forMs === null || performance.now() - started < order.forMs;
};
// An error that nobody awaits belongs to the input that is played.
process.on('uncaughtException', (error) => void fail(error));

try {
  while (goesOn()) {
    const play = order.first + plays;
    const input = replay ? replay[plays]?.input : target.generate(new Random(order.seed + play * 0x9e37));
    const file: FuzzInputFile = { target: target.name, seed: order.seed, play, input };
    writeFileSync(order.inputFile, JSON.stringify(file));
    await session.play(input);
    if (order.plant && plays === 0) plantOverrun();
    plays++;
    if (performance.now() - told >= PROGRESS_EVERY_MS) {
      collect();
      told = performance.now();
      await send({ type: 'playing', plays });
    }
    await setImmediate();
  }
  const reached = session.reached?.() ?? {};
  await session.close();
  collect();
  await send({ type: 'done', plays, reached });
  process.exit(0);
} catch (error) {
  await fail(error);
}

async function fail(error: unknown): Promise<void> {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await send({ type: 'failed', play: order.first + plays, message });
  process.exit(1);
}
