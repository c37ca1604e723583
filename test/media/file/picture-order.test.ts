import fc from 'fast-check';
import { Packet } from 'node-av';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openContainer } from '../../../src/media/file/container.js';
import { PictureOrder } from '../../../src/media/file/picture-order.js';
import { picture } from '../../features/support/pictures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { writeFilm } from '../../training/support/film.js';

const PICTURES = 40;
interface Coded {
  /** What stands before the packets. */
  sets: Uint8Array;
  packets: Uint8Array[];
  times: number[];
}

async function film(): Promise<Coded> {
  const path = join(temporaryFolder(), 'film.mp4');
  const pictures = Array.from({ length: PICTURES }, (_, i) => picture(64, 48, () => [5 * i, 99, 199 - i]));
  const coding = { gopSize: 17, maxBFrames: 3, x264: 'b-adapt=0:b-pyramid=normal:scenecut=0' };
  await writeFilm(path, { pictures, coding });
  const { context, video, close } = openContainer(path);
  const coded: Coded = { sets: Uint8Array.from(video!.codecpar.extradata!), packets: [], times: [] };
  using packet = new Packet();
  packet.alloc();
  while (context.readFrameSync(packet) >= 0) {
    coded.packets.push(Uint8Array.from(packet.data!));
    coded.times.push(Number(packet.pts));
    packet.unref();
  }
  close();
  return coded;
}

it('pictures are in the order in which they are shown, and between those of which others are made are some that can be spared', async () => {
  const { sets, packets, times } = await film();
  const order = PictureOrder.of(sets)!;
  expect(order.most).toBe(2);
  const read = packets.map((packet) => order.next(packet)!);
  const shown = read
    .map((each, i) => ({ ...each, time: times[i]! }))
    .sort((a, b) => a.sequence - b.sequence || a.order - b.order);
  expect(shown.map(({ time }) => time)).toEqual([...times].sort((a, b) => a - b));
  expect(read.at(-1)!.sequence).toBe(Math.ceil(PICTURES / 17));
  // Of three in a row the middle one is what the others are made of.
  const spared = read.filter(({ isDisposable }) => isDisposable).length / PICTURES;
  expect(spared).toBeGreaterThan(0.3);
  expect(spared).toBeLessThan(0.6);
});

it('where a picture of which others are made is missing, nothing is said; where another is, all', async () => {
  const { sets, packets } = await film();
  const kept = PictureOrder.of(sets)!;
  const needed = packets.map((packet) => kept.next(packet)?.isDisposable === false);
  const without = (place: number) => {
    const order = PictureOrder.of(sets)!;
    return packets.filter((_, i) => i !== place).map((packet) => order.next(packet) !== null);
  };
  const [lost, spared] = [needed.indexOf(true, 1), needed.indexOf(false)];
  expect(without(spared)).not.toContain(false);
  expect(without(lost)).toContain(false);
  expect(without(0)[0]).toBe(false);
});

it('of start codes, several sets, or what is cut short nothing is said', async () => {
  const { sets, packets } = await film();
  expect(PictureOrder.of(null)).toBeNull();
  expect(PictureOrder.of(Uint8Array.of(0, 0, 0, 1, ...sets.subarray(8)))).toBeNull();
  expect(PictureOrder.of(sets.with(5, 0xe2))).toBeNull();
  for (let length = 0; length < 24; length++) expect(PictureOrder.of(sets.subarray(0, length))).toBeNull();
  const order = PictureOrder.of(sets)!;
  expect(order.next(packets[0]!.subarray(0, packets[0]!.length - 1))).toBeNull();
  expect(order.next(new Uint8Array(0))).toBeNull();
});

it('never throws, whatever is in a file', async () => {
  const { sets, packets } = await film();
  const bits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  const changed = (data: Uint8Array, changes: [number, number][]) =>
    changes.reduce((all, [at, value]) => all.with(at % all.length, value), data);
  fc.assert(
    fc.property(bits, bits, fc.uint8Array({ maxLength: 64 }), (ofSets, ofPackets, noise) => {
      PictureOrder.of(noise);
      const order = PictureOrder.of(changed(sets, ofSets)) ?? PictureOrder.of(sets)!;
      order.next(noise);
      for (const packet of packets.slice(0, 4)) order.next(changed(packet, ofPackets));
    }),
  );
});
