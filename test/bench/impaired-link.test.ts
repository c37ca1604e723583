import { expect, it } from 'vitest';
import { type Impairment, ImpairedLink, seeded } from '../../bench/support/index.js';

const PACKETS = 20_000;

/** Sends a packet each millisecond. @returns what came, and when */
function carry(impairment: Impairment, seed = 1) {
  const came: { number: number; at: number }[] = [];
  let now = 0;
  const link = new ImpairedLink(impairment, seeded(seed), (packet) => {
    came.push({ number: packet.readUInt32BE(0), at: now });
  });
  for (; now < PACKETS + 1000; now++) {
    link.flush(now);
    if (now >= PACKETS) continue;
    const packet = Buffer.alloc(4);
    packet.writeUInt32BE(now);
    link.send(packet, now);
  }
  return came;
}

it('loses the share that it is to lose, the same packets for the same seed', () => {
  const came = carry({ lossPercent: 5 });
  expect(1 - came.length / PACKETS).toBeCloseTo(0.05, 2);
  expect(carry({ lossPercent: 5 })).toEqual(came);
  expect(carry({ lossPercent: 5 }, 2)).not.toEqual(came);
});

it('doubles packets, each within its time, and loses none by it', () => {
  const came = carry({ duplicatePercent: 20 });
  expect(came.length / PACKETS).toBeCloseTo(1.2, 1);
  expect(new Set(came.map(({ number }) => number)).size).toBe(PACKETS);
  for (const { number, at } of came) expect(at - number).toBeLessThanOrEqual(26);
});

it('holds back and overtakes, and delays by no more than it is to', () => {
  const came = carry({ jitterMs: 50, delayMs: 20 });
  expect(came).toHaveLength(PACKETS);
  const delays = came.map(({ number, at }) => at - number);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...delays)).toBeLessThanOrEqual(71);
  expect(came.some(({ number }, index) => index > 0 && number < came[index - 1]!.number)).toBe(true);
});

it('lets nothing through in an outage, and gives out what a block held back at its end', () => {
  const out = carry({ isOut: (now) => now >= 5000 && now < 7000 });
  expect(out).toHaveLength(PACKETS - 2000);
  const blocked = carry({ blockedUntil: (now) => (now >= 5000 && now < 7000 ? 7000 : now) });
  expect(blocked).toHaveLength(PACKETS);
  expect(blocked.filter(({ at }) => at === 7000).length).toBeGreaterThanOrEqual(2000);
});

it('may become another while packets are on it', () => {
  const came: number[] = [];
  const link = new ImpairedLink({ delayMs: 10 }, seeded(1), (packet) => came.push(packet[0]!));
  link.send(Buffer.from([1]), 0);
  link.impairment = { lossPercent: 100 };
  link.send(Buffer.from([2]), 1);
  link.flush(20);
  expect(came).toEqual([1]);
});
