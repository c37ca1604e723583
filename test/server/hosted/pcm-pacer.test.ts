import { expect, it } from 'vitest';
import { PcmPacer } from '../../../src/server/hosted/pcm-pacer.js';

const sound = (ms: number): Uint8Array => new Uint8Array(ms * 32);
const lengths = (pieces: { data: Uint8Array; mediaTime: number }[]) =>
  pieces.map(({ data, mediaTime }) => [mediaTime, data.byteLength / 32]);

it('gives sound out at its time, in pieces, whatever frames it came in', () => {
  const pacer = new PcmPacer();
  pacer.accept(sound(100));
  expect(lengths(pacer.take(1000))).toEqual([[1000, 40]]);
  pacer.accept(sound(30));
  expect(lengths(pacer.take(1050))).toEqual([[1040, 40]]);
  expect(lengths(pacer.take(1500))).toEqual([
    [1080, 40],
    [1120, 10],
  ]);
  expect([pacer.waitingMs, pacer.acceptedMs, pacer.givenUntil]).toEqual([0, 130, 1130]);
});

it('gives out what was put in, byte by byte', () => {
  const pacer = new PcmPacer();
  const all = Uint8Array.from({ length: 3200 }, (_, i) => i & 255);
  for (const [from, to] of [
    [0, 2],
    [2, 1700],
    [1700, 3200],
  ] as const) {
    pacer.accept(all.subarray(from, to));
  }
  expect(
    Buffer.concat(
      pacer
        .take(0, 0)
        .concat(pacer.take(100))
        .map(({ data }) => data),
    ),
  ).toEqual(Buffer.from(all));
});

it('begins anew after a pause, and knows the place in the sound of both', () => {
  const pacer = new PcmPacer();
  pacer.accept(sound(40));
  pacer.take(1000);
  pacer.accept(sound(80));
  expect(lengths(pacer.take(5000, 5010))).toEqual([]);
  expect(lengths(pacer.take(5050, 5010))).toEqual([
    [5010, 40],
    [5050, 40],
  ]);
  expect([1020, 1040, 3000, 5010, 5050, 999].map((at) => pacer.audioMs(at))).toEqual([20, 40, 40, 40, 80, null]);
});

it('takes no more than twelve seconds that wait', () => {
  const pacer = new PcmPacer();
  expect(pacer.accept(sound(10_000))).toBe(true);
  expect(pacer.accept(sound(2001))).toBe(false);
  expect(pacer.accept(sound(2000))).toBe(true);
  pacer.take(0, 0);
  expect(pacer.accept(sound(40))).toBe(true);
});
