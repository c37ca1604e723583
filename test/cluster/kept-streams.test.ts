import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { KeptStreams } from '../../src/cluster/kept-streams.js';
import { ManualSchedule } from '../events/support/manual-schedule.js';

const WALL_MS = 1_800_000_000_000;
const config = { name: 'S', subjects: ['s.>'], max_age: 5e9, allow_direct: false };

/** JetStream with as many streams as are in `there`. */
function world() {
  const time = new ManualSchedule();
  const there = new Map<string, StreamInfo>();
  const lines: string[] = [];
  const line = (_: object, message: string) => void lines.push(message);
  let made = 0;
  const put = (given: Partial<StreamConfig>) => {
    const info = { created: String(++made), config: given } as unknown as StreamInfo;
    there.set(given.name!, info);
    return Promise.resolve(info);
  };
  let reached = true;
  const streams = {
    info: (name: string) => {
      const info = there.get(name);
      if (!reached) return Promise.reject(new Error('TIMEOUT'));
      return info ? Promise.resolve(info) : Promise.reject(Object.assign(new Error('no stream'), { code: 10059 }));
    },
    add: put,
    update: (name: string, given: Partial<StreamConfig>) => {
      there.set(name, { ...there.get(name)!, config: given as StreamConfig });
      return Promise.resolve(there.get(name)!);
    },
  } as unknown as JetStreamManager['streams'];
  const kept = new KeptStreams([{ config, replicas: 3 }], {
    ...{ manager: { streams }, connected: () => true, logger: { info: line, warn: line } },
    ...{ schedule: time.schedule, now: () => time.now, wallMs: () => WALL_MS + time.now },
  });
  let told = 0;
  kept.onMade(() => told++);
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { kept, there, time, put, settle, lines, told: () => told, reach: (now: boolean) => (reached = now) };
}

it('makes a stream whose numbers go on after those of the one before, when what NATS had stored is gone', async () => {
  const { kept, there, time, settle, told, reach } = world();
  await kept.open();
  const first = there.get('S')!.config;
  expect(first).toMatchObject({ ...config, num_replicas: 3, first_seq: WALL_MS * 1000 });
  expect([kept.settled, kept.madeMs, told()]).toEqual([true, -Infinity, 0]);

  // It is out of reach, and comes back empty, and slow at first.
  kept.cutOff();
  expect(kept.settled).toBe(false);
  there.clear();
  time.pass(20_000);
  reach(false);
  kept.look();
  await settle();
  expect([kept.settled, told()]).toEqual([false, 0]);
  reach(true);
  time.pass(1000);
  await settle();
  expect([kept.settled, kept.madeMs, told()]).toEqual([true, 21_000, 1]);
  // More than a million a second nobody writes.
  expect(there.get('S')!.config.first_seq).toBeGreaterThanOrEqual(first.first_seq + 21_000 * 1000);
});

it('sees that another node made it anew, and looks once a second at most', async () => {
  const { kept, there, time, put, settle, told } = world();
  await kept.open();
  await put(there.get('S')!.config);
  time.pass(1000);
  kept.look();
  await settle();
  expect(told()).toBe(1);
  await put(there.get('S')!.config);
  kept.look();
  await settle();
  expect(told()).toBe(1);
});

it('makes one that somebody made otherwise as it is to be, and says so', async () => {
  const { kept, there, put, lines } = world();
  // A lease that never ends: a room that nobody gets.
  await put({ ...config, max_age: 0, num_replicas: 1 });
  await kept.open();
  expect(there.get('S')!.config).toMatchObject({ max_age: 5e9, num_replicas: 1 });
  expect(lines).toHaveLength(1);
  await kept.open();
  expect(lines).toHaveLength(1);
});
