import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FrameReader } from '../../../src/media/file/frame-reader.js';
import { NeedlessPictures } from '../../../src/media/file/needless-pictures.js';
import { parseSequenceParameters } from '../../../src/media/h264-parameters.js';
import { astronaut, windowOf } from '../../features/support/pictures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { type Film, writeFilm } from '../../training/support/film.js';
import { allDecoded, type LookedAt, lookedAt } from './support/looked-at.js';

const SLOT_MS = 125;
const CLOSE = 100;

/** Pictures at 0, 100 and 200 ms of which others are made, and those in between; in the order of decoding, with their times. */
const IN_ORDER = [0, 100, 33, 66, 200, 133, 166];
const follow = (pictures: NeedlessPictures, timesMs: readonly (number | null)[]): boolean[] =>
  timesMs.map((timeMs) => {
    const order = timeMs ?? 0;
    return pictures.follow(timeMs, { isDisposable: order % CLOSE !== 0, sequence: 1, order });
  });

it('of a stretch everything is needless but the earliest that came, and what others are made of', () => {
  const pictures = new NeedlessPictures(1, SLOT_MS, null);
  expect(follow(pictures, IN_ORDER)).toEqual([false, false, true, true, false, false, true]);
  expect(pictures).toMatchObject({ hasAny: true, isOdd: false });
  const places = [0, 100, 133, 200].map((timeMs) => pictures.out(timeMs));
  expect(places).toEqual([0, 1, 3, 2]);
  pictures.end();
  expect(pictures).toMatchObject({ isOdd: false, isWhole: true });
});

it('a picture is settled when what was decoded before it came out as well', () => {
  const pictures = new NeedlessPictures(1, SLOT_MS, null);
  follow(pictures, IN_ORDER);
  for (const timeMs of [0, 100]) pictures.out(timeMs);
  const place = pictures.out(133);
  expect(pictures.isSettled(place)).toBe(false);
  pictures.out(200);
  expect(pictures.isSettled(place)).toBe(true);
});

it.each<[string, (number | null)[]]>([
  ['has no time', [0, 100, 33, null]],
  ['comes so late that it would be shown after a later one', [0, 100, 200, 33]],
  ['is of another time by more than seconds', [0, 9000, 8033, 9100]],
  ['is at the time of another', [0, 100, 33, 33, 200, 300]],
  ['is after the end', [0, 100, 33, 200, 300, 1e6]],
])('everything is to be decoded once a picture %s', (_, timesMs) => {
  const pictures = new NeedlessPictures(1, SLOT_MS, 60_000);
  follow(pictures, [...timesMs, 1e6 + 100]);
  expect(pictures.isOdd).toBe(true);
  expect(pictures.follow(1e6 + 133, { isDisposable: true, sequence: 1, order: 1e6 + 133 })).toBe(false);
});

it('what does not come out, in its order, or at the end, is odd', () => {
  const begun = (): NeedlessPictures => {
    const pictures = new NeedlessPictures(1, SLOT_MS, null);
    follow(pictures, IN_ORDER);
    return pictures;
  };
  const [skips, lacks, ends] = [begun(), begun(), begun()];
  skips.out(100);
  expect(skips.isOdd).toBe(true);
  for (const timeMs of [0, 100, 133]) lacks.out(timeMs);
  lacks.end();
  expect(lacks).toMatchObject({ isOdd: false, isWhole: false });
  // The last one was left out.
  follow(ends, [300, 233, 310]);
  for (const timeMs of [0, 100, 133, 200, 300]) ends.out(timeMs);
  ends.end();
  expect(ends.isWhole).toBe(false);
});

const pictures = Array.from({ length: 75 }, (_, i) => windowOf(astronaut(), 40 + 2 * i, 30 + (i % 7), 160, 120));
/** As many as pictures, 10 to 90 ms apart. */
const uneven = pictures.reduce<number[]>((times, _, i) => [...times, (times.at(-1) ?? 0) + 10 + ((37 * i) % 80)], []);
const coded = (x264?: string, more: Partial<Film['coding'] & object> = {}): Film => ({
  ...{ pictures, framesPerSecond: 30 },
  coding: { gopSize: 250, maxBFrames: 3, ...(x264 !== undefined && { x264 }), ...more },
});
/** Each picture of which others may be made is followed by three of which none is, in ms. */
const inMs = (retime: Film['retime'] & object): Film => ({
  ...{ ...coded('b-adapt=0'), framesPerSecond: 1000, ticks: uneven, retime },
});

const LEAVES_OUT: [string, string, Film][] = [
  ['as x264 writes films by itself', 'film.mp4', coded()],
  ['the same in Matroska', 'film.mkv', coded()],
  [
    'open groups, and a pyramid of pictures made of others',
    'film.mkv',
    coded('open-gop=1:b-adapt=0:b-pyramid=normal', { gopSize: 20, maxBFrames: 7 }),
  ],
  ['closed groups', 'film.mp4', coded('b-adapt=0:b-pyramid=strict', { gopSize: 20, maxBFrames: 5 })],
  ['times that are uneven', 'film.mp4', inMs((time) => time)],
  ['several slices, and delimiters', 'film.mkv', coded('b-adapt=0:slices=4:aud=1')],
  ['pictures refreshed in columns', 'film.mkv', coded('b-adapt=0:intra-refresh=1:keyint=20')],
];
const DECODES_ALL: [string, string, Film][] = [
  ['every picture made of the one before', 'film.mp4', coded(undefined, { maxBFrames: 0 })],
  ['start codes', 'film.ts', coded()],
  ['fields', 'film.mp4', coded('tff=1:b-adapt=0')],
  ['frames in a stream of fields', 'film.mp4', coded('fake-interlaced=1:b-adapt=0')],
  ['pictures that say how their lines are shown', 'film.mkv', coded('b-adapt=0:pic-struct=1')],
  [
    'a beginning that is lost',
    'film.mp4',
    {
      ...coded('b-adapt=0:keyint=20:open-gop=1'),
      retime: (time, i) => (i === 0 ? null : time),
    },
  ],
  ['a beginning that is cut off by an edit list', 'film.mp4', { ...coded('b-adapt=0'), retime: (time) => time - 10n }],
];
const BEGINS_ANEW: [string, string, Film][] = [
  [
    'a lost picture of which others are made',
    'film.mkv',
    {
      ...coded('b-adapt=0'),
      retime: (time, i) => (i === 29 ? null : time),
    },
  ],
  ['times out of order', 'film.mkv', inMs((time, i) => (i % 9 === 5 ? time - 90n : time))],
  ['times that jump ahead', 'film.mkv', inMs((time, i) => (i > 30 ? time + 30_000n : time))],
  ['times that go back', 'film.mkv', inMs((time, i) => (i > 30 ? time - 700n : time))],
  ['times in the order of decoding', 'film.mkv', inMs((time, i) => (i > 30 ? BigInt(uneven[i]!) : time))],
];

const found = (looked: LookedAt | string): LookedAt => {
  if (typeof looked === 'string') throw new Error(looked);
  return looked;
};
const withoutCount = (looked: LookedAt) => ({ ...looked, decoded: null });
/** Whether what nobody looks at is damaged, only those who decode it know. */
const ofDamaged = (looked: LookedAt | string) =>
  typeof looked === 'string' ? looked : { ...looked, decoded: null, isDamaged: null };

it.each([
  ...LEAVES_OUT.map((film) => [...film, 'fewer'] as const),
  ...DECODES_ALL.map((film) => [...film, 'all'] as const),
  ...BEGINS_ANEW.map((film) => [...film, 'more'] as const),
])(
  '%s: the same is looked at as where all is decoded',
  async (_, name, film, decodes) => {
    const path = join(temporaryFolder(), name);
    await writeFilm(path, film);
    const all = found(allDecoded(path));
    expect(all.pictures.length).toBeGreaterThan(10);
    for (const threads of [1, 3]) {
      const some = found(lookedAt(path, threads));
      expect(withoutCount(some)).toEqual(withoutCount(all));
      if (decodes === 'fewer') expect(some.decoded).toBeLessThan(0.8 * all.decoded);
      else if (decodes === 'all') expect(some.decoded).toBe(all.decoded);
      else expect(some.decoded).toBeGreaterThan(all.decoded);
    }
  },
  60_000,
);

/** A stream's parameters with one bit turned, which then say nothing, or something else, of how far pictures are put in order alone. */
function otherOrders(sequence: Uint8Array): Map<number | null, Uint8Array> {
  const { reordering, ...rest } = parseSequenceParameters(sequence)!;
  const found = new Map<number | null, Uint8Array>();
  for (let bit = 0; bit < 8 * sequence.length; bit++) {
    const other = Uint8Array.from(sequence);
    other[bit >> 3]! ^= 0x80 >> (bit & 7);
    const { reordering: another = null, ...others } = parseSequenceParameters(other) ?? {};
    const isElse = JSON.stringify(others) === JSON.stringify(rest) && another?.most !== reordering?.most;
    if (isElse) found.set(another?.most ?? null, other);
  }
  return found;
}

it('where a stream does not say how far its pictures are put in order, or says less than is so, the same is looked at', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'film.mp4');
  const file = await writeFilm(path, coded('b-adapt=0:b-pyramid=normal', { maxBFrames: 5 }));
  const reader = FrameReader.open(path, 'it', 'video', 1)!;
  const sets = reader.stream.codecpar.extradata!;
  const sequence = Uint8Array.from(sets.subarray(8, 8 + sets.readUInt16BE(6)));
  reader.close();
  const others = otherOrders(sequence);
  for (const [most, other] of others) {
    const changed = join(folder, `${String(most)}.mp4`);
    const copy = Buffer.from(file);
    copy.set(other, copy.indexOf(sequence));
    writeFileSync(changed, copy);
    expect(withoutCount(found(lookedAt(changed, 1))), changed).toEqual(withoutCount(found(allDecoded(changed))));
  }
  const told = [...others.keys()];
  expect(told).toContain(null);
  expect(told.some((most) => most !== null && most < 2)).toBe(true);
}, 60_000);

// In one thread: what FFmpeg makes of damage in several is not the same from run to run.
it.each([LEAVES_OUT[0]!, LEAVES_OUT[2]!, LEAVES_OUT[4]!])(
  '%s, damaged or cut short anywhere: the same is looked at as where all is decoded',
  async (_, name, film) => {
    const folder = temporaryFolder();
    const file = await writeFilm(join(folder, name), film);
    const path = join(folder, `damaged ${name}`);
    const bit = fc.tuple(fc.nat(file.length - 1), fc.nat(7));
    const damage = fc.record({
      bits: fc.array(bit, { minLength: 1, maxLength: 8 }),
      length: fc.option(fc.nat(file.length)),
    });
    fc.assert(
      fc.property(damage, ({ bits, length }) => {
        const copy = Buffer.from(file);
        for (const [at, which] of bits) copy[at]! ^= 1 << which;
        writeFileSync(path, copy.subarray(0, length ?? copy.length));
        expect(ofDamaged(lookedAt(path, 1))).toEqual(ofDamaged(allDecoded(path)));
      }),
      { numRuns: 12 },
    );
  },
  120_000,
);
