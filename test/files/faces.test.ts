import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { loadConfig } from '../../src/config/load.js';
import { emotionEventSchema, type EmotionEvent, type SeenFace } from '../../src/events/schema.js';
import { analyseFile, type Analysed, type AnalyseOptions } from '../../src/files/analyse-file.js';
import { openJudge, type Judge } from '../../src/files/open-judge.js';
import { isOn, type Placed, portraits, scene } from '../features/support/several.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeFilm } from '../training/support/film.js';
import { talk, writeTalk } from './support/clips.js';

let judge: Judge;
beforeAll(async () => {
  judge = await openJudge(loadConfig({ flags: { engine: 'wasm', speech: 'off', maxFaces: 16 } }), () => undefined);
});
afterAll(() => judge.engine.dispose());

const people = portraits();
const RATE = 10;

/** Ben comes in, crosses Ada, leaves and comes back elsewhere; Cleo takes his place meanwhile. */
function placedAt(second: number): Placed[] {
  const at = (portrait: Placed['portrait'], x: number, y: number): Placed => ({ portrait, x, y });
  const placed = [at(people.ada, 230 + 10 * Math.sin(second), 90)];
  if (second < 6) placed.unshift(at(people.ben, 440 - 72 * second, 100));
  else if (second < 10) placed.push(at(people.cleo, 10, 100));
  else if (second >= 11) placed.push(at(people.ben, 440, 60));
  return placed;
}
const SECONDS = 14;

async function film(folder: string): Promise<string> {
  const path = join(folder, 'meeting.mp4');
  const pictures = Array.from({ length: SECONDS * RATE }, (_, i) => scene(placedAt(i / RATE)));
  const said = talk(SECONDS);
  const sound = Float32Array.from({ length: 3 * said.length }, (_, i) => said[Math.floor(i / 3)]!);
  await writeFilm(path, { pictures, framesPerSecond: RATE, sound });
  return path;
}

const linesIn = (out: string): string[] => readFileSync(join(out, 'events.jsonl'), 'utf8').trimEnd().split('\n');

async function analyse(
  path: string,
  out: string,
  more: Partial<AnalyseOptions> = {},
  result: Partial<Analysed> = { seconds: SECONDS },
): Promise<EmotionEvent[]> {
  const { engine, identity, settings } = judge;
  const options = { path, out, engine, identity, settings, captions: null, resume: false, smoothingMs: 2000 };
  expect(await analyseFile({ ...options, ...more })).toMatchObject({ failure: null, ...result });
  return linesIn(out).flatMap((line) => emotionEventSchema.safeParse(JSON.parse(line)).data ?? []);
}

/** Each line of what was written, without what is of the run, and not of the recording. */
const comparable = (out: string) =>
  linesIn(out).map((line) => JSON.stringify({ ...(JSON.parse(line) as object), epoch: '', latency: null }));

it('every face of a recording has an id that it keeps, and a result of its own each second', async () => {
  const folder = temporaryFolder();
  const path = await film(folder);
  const events = await analyse(path, join(folder, 'first'));
  const on = (portrait: Placed['portrait'], second: number): SeenFace[] => {
    // Boxes are of the newest picture that was judged.
    const place = placedAt(second + 0.9).find((placed) => placed.portrait === portrait)!;
    return events[second]!.faces!.filter(({ box }) => isOn(place, box));
  };
  const idOn = (portrait: Placed['portrait'], second: number) => on(portrait, second).map(({ id }) => id);
  const [ada] = idOn(people.ada, 0);
  const [ben] = idOn(people.ben, 0);
  const [cleo] = idOn(people.cleo, 8);
  expect(new Set([ada, ben, cleo]).size).toBe(3);
  for (const second of [0, 5, 8, 12]) expect(idOn(people.ada, second)).toEqual([ada]);
  // After they crossed, and after he was away.
  expect(idOn(people.ben, 5)).toEqual([ben]);
  expect(idOn(people.ben, 13)).toEqual([ben]);
  expect(new Set(events.flatMap(({ faces }) => faces!.map(({ id }) => id)))).toEqual(new Set([ada, ben, cleo]));
  for (const { faces, face, voice, label } of events) {
    expect(faces!.length).toBeGreaterThan(0);
    expect(new Set(faces!.map(({ id }) => id)).size).toBe(faces!.length);
    // Voice and words belong to the seat, and go with its main face.
    expect([face.present, voice.present, label === null]).toEqual([true, true, false]);
    expect(faces!.filter(({ judged }) => judged)).toHaveLength(1);
    expect(faces!.find(({ judged }) => judged)!.box).toEqual(face.box);
    for (const each of faces!) {
      const sum = Object.values(each.scores!).reduce((total, share) => total + share, 0);
      expect(sum).toBeCloseTo(1, 2);
      expect(each.scores![each.label!]).toBe(Math.max(...Object.values(each.scores!)));
      expect(each.confidence).toBeCloseTo(each.scores![each.label!], 3);
    }
  }
}, 300_000);

it('without sound a person is what their main face is', async () => {
  const folder = temporaryFolder();
  // Without sound the person is judged by the main face alone, too.
  const silent = join(folder, 'silent.mp4');
  const seconds = 5;
  const pictures = Array.from({ length: seconds * RATE }, (_, i) => scene(placedAt(i / RATE)));
  await writeFilm(silent, { pictures, framesPerSecond: RATE });
  // Not all of its seconds have as many faces: each is told in its turn.
  const unheard = await analyse(silent, join(folder, 'unheard'), {}, { seconds });
  expect(unheard.map(({ window }) => window.start)).toEqual(Array.from({ length: seconds }, (_, k) => 1000 * k));
  for (const { faces, scores, label, valence } of unheard) {
    const main = faces!.find(({ judged }) => judged)!;
    expect([main.scores, main.label, main.valence]).toEqual([scores, label, valence]);
  }
}, 300_000);

it('with the largest alone no event has `faces`, and of one face it says what all say', async () => {
  const folder = temporaryFolder();
  const clip = await writeTalk(join(folder, 'talk.mp4'), 6);
  const out = join(folder, 'largest');
  const largest = await analyse(clip, out, { settings: { ...judge.settings, maxFaces: 1 } }, { seconds: 6 });
  for (const line of linesIn(out)) expect(line).not.toContain('"faces"');
  const all = await analyse(clip, join(folder, 'all'), {}, { seconds: 6 });
  for (const { faces } of all) expect(faces).toHaveLength(1);
  // Not to the last digit: a face among several is followed a little otherwise.
  const told = (events: readonly EmotionEvent[]) =>
    events.map(({ label, uncertain, face, voice }) => [label, uncertain, face.present, voice.scores]);
  expect(told(largest)).toEqual(told(all));
  for (const [second, { scores }] of largest.entries()) {
    for (const emotion of EMOTIONS) expect(scores![emotion]).toBeCloseTo(all[second]!.scores![emotion], 1);
  }
}, 300_000);

it('an analysis of several faces that was broken off goes on as if it had not been: ids and smoothed scores are the same', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'long.mp4');
  const [seconds, rate] = [100, 2];
  // Ben is away from before what is judged again until after what was judged.
  const pictures = [false, true].map((both) =>
    [0, 4, 8, 4].map((x) => {
      const ada = { portrait: people.ada, x: 230 + x, y: 90 };
      return scene(both ? [ada, { portrait: people.ben, x: 20 + x, y: 100 }] : [ada]);
    }),
  );
  const at = (i: number) => pictures[i < 8 * rate || i >= 92 * rate ? 1 : 0]![i % 4]!;
  await writeFilm(path, { pictures: Array.from({ length: seconds * rate }, (_, i) => at(i)), framesPerSecond: rate });
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
  const events = await analyse(path, whole, {}, { seconds });
  const ids = (second: number) => events[second]!.faces!.map(({ id }) => id);
  expect(ids(2)).toHaveLength(2);
  expect(ids(50)).toHaveLength(1);
  expect(ids(98).sort()).toEqual(ids(2).sort());
  const interrupt = new AbortController();
  const onProgress = (done: number): void => void (done >= 82 && interrupt.abort());
  await analyse(path, broken, { onProgress, signal: interrupt.signal }, { failure: 'interrupted' });
  const file = join(broken, 'events.jsonl');
  truncateSync(file, readFileSync(file).length - 40);
  await analyse(path, broken, { resume: true }, { seconds });
  expect(comparable(broken)).toEqual(comparable(whole));
}, 300_000);
