import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountingMeter } from '../media/support/counting-meter.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { alike, FaceLikeness } from '../../src/features/face-likeness.js';
import { FaceTracks, SAME_PERSON } from '../../src/features/face-tracks.js';
import { SeveralFaces } from '../../src/features/several-faces.js';
import type { FaceObservation } from '../../src/features/types.js';
import { frame } from './support/pictures.js';
import { isOn, type Placed, portraits, scene, SIDE } from './support/several.js';

let finder: FaceFinder;
let describer: FaceLikeness;
beforeAll(async () => {
  finder = await FaceFinder.create();
  describer = await FaceLikeness.create();
});
afterAll(() => {
  finder.dispose();
  describer.dispose();
});

const people = portraits();
const MIDDLE = 90;
const at = (portrait: Placed['portrait'], x: number, y = MIDDLE): Placed => ({ portrait, x, y });

/** Shows so many seconds, five pictures each. @returns by picture, who was where and what was seen */
function watch(seconds: number, place: (second: number) => Placed[], maxFaces = 4) {
  const meter = new CountingMeter();
  const tracks = new FaceTracks(maxFaces, () => String);
  const observer = new SeveralFaces({ finder, describer, tracks, meter });
  const seen = Array.from({ length: seconds * 5 }, (_, i) => {
    const placed = place(i / 5);
    return { second: i / 5, placed, observation: observer.observe(frame(scene(placed), 200 * i)) };
  });
  return { seen, meter, tracks };
}

type Seen = ReturnType<typeof watch>['seen'][number];

const facesOf = ({ id, box, others }: FaceObservation) => [
  ...(id !== undefined && box ? [{ id, box }] : []),
  ...(others ?? []),
];
/** The ids that were on a portrait, in order, each once in a row. */
function idsOn(portrait: Placed['portrait'], seen: readonly Seen[]): string[] {
  const ids = seen.flatMap(({ placed, observation }) => {
    const place = placed.find((one) => one.portrait === portrait);
    return place ? facesOf(observation).flatMap(({ id, box }) => (isOn(place, box) ? [id] : [])) : [];
  });
  return ids.filter((id, i) => id !== ids[i - 1]);
}
const distinct = (seen: readonly Seen[]) =>
  new Set(seen.flatMap(({ observation }) => facesOf(observation).map(({ id }) => id)));

describe('SeveralFaces', () => {
  it('tells people apart by looks, and knows one on two photographs', () => {
    const of = (portrait: Placed['portrait']) => {
      const [best] = finder.find(portrait, 'coarse');
      return describer.describe(portrait, best!);
    };
    const [ada, ben, other, cleo, dan] = [people.ada, people.ben, people.benElsewhere, people.cleo, people.dan].map(of);
    expect(alike(ben!, other!)).toBeGreaterThan(SAME_PERSON);
    for (const [a, b] of [
      [ada, ben],
      [ada, cleo],
      [ada, dan],
      [ben, cleo],
      [ben, dan],
      [cleo, dan],
    ])
      expect(alike(a!, b!)).toBeLessThan(SAME_PERSON);
  });

  it('gives two people who move about one id each, and each its own crop', () => {
    const { seen } = watch(6, (t) => [at(people.ada, 20 + 20 * t, 60 + 10 * t), at(people.ben, 440 - 15 * t)]);
    expect(distinct(seen).size).toBe(2);
    expect(idsOn(people.ada, seen)).toHaveLength(1);
    expect(idsOn(people.ben, seen)).toHaveLength(1);
    const both = seen.filter(({ observation }) => facesOf(observation).length === 2);
    expect(both.length).toBeGreaterThan(0.9 * seen.length);
    for (const { observation } of both) {
      expect(observation.crop).not.toEqual(observation.others![0]!.crop);
      expect(observation.id).not.toBe(observation.others![0]!.id);
    }
  });

  it('knows who is who after they crossed', () => {
    const { seen } = watch(9, (t) => [at(people.ada, 440 - 50 * t), at(people.ben, 10 + 50 * t)]);
    expect(distinct(seen).size).toBe(2);
    const after = seen.filter(({ second }) => second > 7.5);
    expect(idsOn(people.ada, after)).toEqual(idsOn(people.ada, seen).slice(0, 1));
    expect(idsOn(people.ben, after)).toEqual(idsOn(people.ben, seen).slice(0, 1));
    expect(idsOn(people.ada, after)).not.toEqual(idsOn(people.ben, after));
  });

  it('knows who comes back, elsewhere and after another came, and takes nobody for them', () => {
    const { seen, tracks } = watch(14, (t) => {
      const placed = [at(people.ada, 10)];
      if (t < 3) placed.push(at(people.ben, 440));
      // Another one, on the very place where somebody was.
      else if (t < 8) placed.push(at(people.cleo, 440));
      if (t >= 9) placed.push(at(people.ben, 240, 150));
      return placed;
    });
    const [ada, ben, cleo] = [people.ada, people.ben, people.cleo].map((portrait) => idsOn(portrait, seen));
    expect(ada).toHaveLength(1);
    expect(ben).toHaveLength(1);
    // A newcomer is told from who was there with the next search.
    expect(cleo!.at(-1)).not.toBe(ben![0]);
    expect(distinct(seen).size).toBe(3);
    expect([tracks.present.size, tracks.remembered]).toEqual([2, 1]);
    tracks.clear();
    expect([tracks.present.size, tracks.remembered]).toEqual([0, 0]);
  });

  it('knows somebody on another photograph', () => {
    const { seen } = watch(6, (t) => [
      at(people.ada, 10),
      ...(t < 2 ? [at(people.ben, 240)] : t < 3 ? [] : [at(people.benElsewhere, 440)]),
    ]);
    expect(idsOn(people.benElsewhere, seen)).toEqual(idsOn(people.ben, seen));
  });

  it('of two faces of one size, the first stays it', () => {
    const { seen } = watch(8, (t) => {
      const sway = 12 * Math.sin(2 * t);
      return [at(people.ada, 60 + sway), at(people.ben, 400 + sway)];
    });
    expect(new Set(seen.map(({ observation }) => observation.id)).size).toBe(1);
  });

  it('follows as many as it may, and counts the others', () => {
    const all = [people.ada, people.ben, people.cleo].map((portrait, i) => at(portrait, 10 + i * (SIDE + 30)));
    const { seen, meter } = watch(4, () => all, 2);
    expect(distinct(seen).size).toBe(2);
    for (const { observation } of seen) expect(facesOf(observation).length).toBeLessThanOrEqual(2);
    expect(meter.of('emostream_dropped_total', 'face', 'too-many-faces')).toBeGreaterThan(0);
  });
});
