import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, type Arrangement, type Place, type Wish } from '../../client/page/layout/arrange.js';
import { fitTiles, pictureWidth, type Rect, WIDEST } from '../../client/page/layout/fit-tiles.js';
import { pageOf, promote } from '../../client/page/layout/pages.js';

const area = fc.record({ width: fc.integer({ min: 300, max: 2600 }), height: fc.integer({ min: 150, max: 1600 }) });
const EPSILON = 0.01;

function within(rects: Rect[], { width, height }: { width: number; height: number }): void {
  for (const rect of rects) {
    expect(rect.width).toBeGreaterThan(0);
    expect(rect.height).toBeGreaterThan(0);
    expect(rect.x).toBeGreaterThanOrEqual(-EPSILON);
    expect(rect.y).toBeGreaterThanOrEqual(-EPSILON);
    expect(rect.x + rect.width).toBeLessThanOrEqual(width + EPSILON);
    expect(rect.y + rect.height).toBeLessThanOrEqual(height + EPSILON);
  }
}

function apart(rects: Rect[]): void {
  rects.forEach((a, index) => {
    for (const b of rects.slice(index + 1)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      expect(Math.min(across, down)).toBeLessThanOrEqual(EPSILON);
    }
  });
}

const wish: fc.Arbitrary<Wish> = fc
  .record({
    area,
    others: fc.integer({ min: 0, max: 15 }),
    chosen: fc.option(fc.integer({ min: 0, max: 15 })),
    small: fc.boolean(),
    screen: fc.option(fc.double({ min: 0.3, max: 3.5, noNaN: true })),
    details: fc.constantFrom('full', 'headline'),
  })
  .map(({ chosen, others, ...rest }) => {
    const large = chosen === null || others === 0 ? null : chosen >= others ? 'own' : chosen;
    return { ...rest, others, large } as Wish;
  });
const all = ({ others, own, screen }: Arrangement): Place[] => [...others, own, ...(screen ? [screen] : [])];

describe('places of people in a call', () => {
  it('holds everybody, within the area, nobody over anybody', () => {
    fc.assert(
      fc.property(wish, (asked) => {
        const places = arrange(asked);
        expect(places.others).toHaveLength(asked.others);
        within(all(places), asked.area);
        apart(all(places));
      }),
    );
  });

  it('makes tiles neither too narrow nor too broad, and one more person never makes them larger', () => {
    fc.assert(
      fc.property(area, fc.integer({ min: 1, max: 40 }), (size, count) => {
        const fit = { gap: 10, narrowest: 4 / 3 };
        const [tile] = fitTiles(size, count, fit) as [Rect];
        const [smaller] = fitTiles(size, count + 1, fit) as [Rect];
        expect(tile.width / tile.height).toBeGreaterThanOrEqual(4 / 3 - EPSILON);
        expect(tile.width / tile.height).toBeLessThanOrEqual(WIDEST + EPSILON);
        // Of two as large to half a pixel the one that fills more is taken.
        expect(pictureWidth(smaller)).toBeLessThanOrEqual(pictureWidth(tile) + 0.5);
      }),
    );
  });

  it('shrinks details before pictures: with all of them no picture is smaller than with the headline alone', () => {
    fc.assert(
      fc.property(wish, (asked) => {
        const full = arrange({ ...asked, details: 'full' });
        const least = arrange({ ...asked, details: 'headline' });
        const picture = ({ width, height, details }: Place) =>
          pictureWidth({ width, height: details === 'full' && width < 500 ? height - 276 : height });
        full.others.forEach((place, index) => {
          expect(picture(place)).toBeGreaterThanOrEqual(picture(least.others[index] as Place) - 0.5);
        });
      }),
    );
  });

  it('shows a screen that is shared whole, and hardly smaller than it would be alone', () => {
    fc.assert(
      fc.property(wish, fc.double({ min: 0.3, max: 3.5, noNaN: true }), (asked, aspect) => {
        const { screen } = arrange({ ...asked, screen: aspect });
        const alone = Math.min(asked.area.width, asked.area.height * aspect);
        expect(screen!.width / screen!.height).toBeCloseTo(aspect, 3);
        expect(screen!.width).toBeGreaterThan(alone * 0.6);
        expect(arrange({ ...asked, screen: null }).screen).toBeNull();
      }),
    );
  });

  it('on a small screen the own tile is never larger than another’s', () => {
    fc.assert(
      fc.property(area, fc.integer({ min: 1, max: 15 }), (size, others) => {
        const places = arrange({ area: size, others, large: null, small: true, details: 'full' });
        expect(places.own.width).toBeLessThanOrEqual(places.others[0]!.width + EPSILON);
        expect(places.own.height).toBeLessThanOrEqual(places.others[0]!.height + EPSILON);
      }),
    );
  });

  it('gives whoever is large more than all the others have each', () => {
    const places = arrange({ area: { width: 1248, height: 600 }, others: 5, large: 2, small: false, details: 'full' });
    const [main, ...rest] = [...all(places)].sort((a, b) => b.width - a.width);
    expect(places.others[2]).toBe(main);
    expect(main!.width).toBeGreaterThan(3 * rest[0]!.width);
  });
});

describe('pages of people', () => {
  const people = Array.from({ length: 33 }, (_, index) => `p${index}`);

  it('are of fifteen others each, and nobody is on two', () => {
    const pages = [0, 1, 2].map((page) => pageOf(people, page));
    expect(pages.flatMap(({ shown }) => shown)).toEqual(people);
    expect(pages.map(({ shown }) => shown.length)).toEqual([15, 15, 3]);
    expect(pageOf(people, 9)).toMatchObject({ page: 2, pages: 3 });
    expect(pageOf([], 3)).toEqual({ shown: [], page: 0, pages: 1 });
  });

  it('have whoever speaks on the first, in the place of the one silent for longest, and lose nobody', () => {
    const spoke = new Map(people.slice(0, 15).map((id, index) => [id, 1000 + index]));
    spoke.delete('p4');
    expect(promote(people, 'p3', spoke)).toEqual(people);
    const swapped = promote(people, 'p20', spoke);
    expect(swapped[4]).toBe('p20');
    expect(swapped[20]).toBe('p4');
    expect([...swapped].sort()).toEqual([...people].sort());
    expect(promote(people, 'p20', spoke, 'p4')[0]).toBe('p20');
    expect(promote(['a', 'b'], 'b', new Map(), 'a', 1)).toEqual(['a', 'b']);
  });
});
