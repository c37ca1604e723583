import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Likeness } from '../../src/features/face-likeness.js';
import { FaceTracks, MOST_GONE, type Sighting } from '../../src/features/face-tracks.js';

const PEOPLE = 40;
/** Everybody looks like nobody else. */
const looks = (person: number): Likeness => Float32Array.from({ length: PEOPLE }, (_, i) => (i === person ? 1 : 0));
const box = (x: number, y = 0.4, size = 0.1) => ({ x, y, width: size, height: size });
const sighting = (person: number, x: number, y?: number, size?: number): Sighting => ({
  box: box(x, y, size),
  look: () => looks(person),
});
const tracksOf = (most = 16) => new FaceTracks(most, () => String);

describe('FaceTracks', () => {
  it('keeps the id of a face that moves, without looking at it each time', () => {
    const tracks = tracksOf();
    let asked = 0;
    const ids = Array.from({ length: 30 }, (_, i) =>
      tracks.assign([{ box: box(0.1 + 0.02 * i), look: () => (asked++, looks(1)) }], 1000 * i),
    );
    expect(ids.flat()).toEqual(Array(30).fill('1'));
    // Once as it came, and then as long as a look serves.
    expect(asked).toBe(6);
  });

  it('tells somebody who sits down where another was, and knows that one again elsewhere', () => {
    const tracks = tracksOf();
    expect(tracks.assign([sighting(1, 0.2)], 0)).toEqual(['1']);
    expect(tracks.assign([sighting(2, 0.2)], 5000)).toEqual(['2']);
    expect(tracks.assign([sighting(2, 0.2), sighting(1, 0.7)], 6000)).toEqual(['2', '1']);
  });

  it('asks what faces look like after they were followed across each other', () => {
    const tracks = tracksOf();
    tracks.assign([sighting(1, 0.2), sighting(2, 0.6)], 0);
    tracks.move(new Map([['1', box(0.4)], ['2', box(0.43)]])); // prettier-ignore
    expect([tracks.doubtful, tracks.crossing]).toEqual([true, true]);
    // Each was taken for the other.
    tracks.move(new Map([['1', box(0.6)], ['2', box(0.2)]])); // prettier-ignore
    expect([tracks.doubtful, tracks.crossing]).toEqual([true, false]);
    expect(tracks.assign([sighting(1, 0.2), sighting(2, 0.6)], 1000)).toEqual(['1', '2']);
    expect(tracks.doubtful).toBe(false);
  });

  it('gives no id to a newcomer who cannot be looked at, and does so when that can be paid for', () => {
    const tracks = tracksOf();
    const unseen = { box: box(0.2), look: () => null };
    expect(tracks.assign([unseen], 0)).toEqual([{ untracked: 'not-looked-at' }]);
    expect(tracks.assign([sighting(1, 0.2)], 1000)).toEqual(['1']);
    // Whoever is followed needs no look.
    expect(tracks.assign([unseen], 9000)).toEqual(['1']);
  });

  it('forgets everything at once, and begins other ids', () => {
    let term = 0;
    const tracks = new FaceTracks(4, () => {
      const own = ++term;
      return (n) => `${String(own)}-${String(n)}`;
    });
    tracks.assign([sighting(1, 0.2), sighting(2, 0.6)], 0);
    tracks.assign([sighting(1, 0.2)], 1000);
    tracks.clear();
    expect([tracks.present.size, tracks.remembered]).toEqual([0, 0]);
    expect(tracks.assign([sighting(1, 0.2), sighting(2, 0.6)], 2000)).toEqual(['2-1', '2-2']);
  });
});

/** Who is in each of some pictures, and where. */
const pictures = fc.array(
  fc.uniqueArray(
    fc.record({
      person: fc.nat(PEOPLE - 1),
      x: fc.double({ min: 0, max: 0.9, noNaN: true }),
      y: fc.double({ min: 0, max: 0.9, noNaN: true }),
      size: fc.double({ min: 0.02, max: 0.5, noNaN: true }),
    }),
    { selector: ({ person }) => person, maxLength: 12 },
  ),
  { maxLength: 20 },
);

describe('whatever is found', () => {
  const run = (found: { person: number; x: number; y: number; size: number }[][], most: number, turn = 0) => {
    const tracks = tracksOf(most);
    return found.map((people, i) => {
      const order = turn === 0 ? people : people.map((_, k) => people[(k * turn + turn) % people.length]!);
      const shown = new Set(order).size === people.length ? order : [...people].reverse();
      const ids = tracks.assign(
        shown.map(({ person, x, y, size }) => sighting(person, x, y, size)),
        700 * i,
      );
      return { ids: new Map(shown.map(({ person }, k) => [person, ids[k]!])), tracks };
    });
  };

  it('two faces of a picture have two ids, and there are no more than may be', () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 16 }), (found, most) => {
        for (const { ids, tracks } of run(found, most)) {
          const given = [...ids.values()].filter((id) => typeof id === 'string');
          expect(new Set(given).size).toBe(given.length);
          expect(given.length).toBeLessThanOrEqual(most);
          expect(tracks.present.size).toBeLessThanOrEqual(most);
          expect(tracks.remembered).toBeLessThanOrEqual(MOST_GONE);
        }
      }),
    );
  });

  it('the order in which a search lists faces changes nothing', () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 11 }), (found, most, turn) => {
        const sorted = (seen: ReturnType<typeof run>) => seen.map(({ ids }) => [...ids].sort(([a], [b]) => a - b));
        expect(sorted(run(found, most, turn))).toEqual(sorted(run(found, most)));
      }),
    );
  });
});
