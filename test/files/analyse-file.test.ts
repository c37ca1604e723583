import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { emotionEventSchema, type RoomEvent, roomEventSchema } from '../../src/events/schema.js';
import { analyseFile, type AnalyseOptions, type Analysed } from '../../src/files/analyse-file.js';
import { openJudge, type Judge } from '../../src/files/open-judge.js';
import { wordsSchema } from '../../src/server/protocol.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { talk, writeTalk, writeWav } from './support/clips.js';

let judge: Judge;
beforeAll(async () => {
  judge = await openJudge(loadConfig({ flags: { engine: 'wasm', inferenceThreads: 2 } }), () => undefined);
  if (!judge.settings.speechModel) console.log('no speech model is installed: words are not among what is compared');
  if (!judge.settings.voiceEncoder)
    console.log('no voice encoder is installed: voices are not encoded in what is compared');
});
afterAll(() => judge.engine.dispose());

const linesOf = (folder: string, file = 'events.jsonl'): string[] =>
  readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');

const eventsIn = (folder: string): RoomEvent[] =>
  linesOf(folder).map((line) => roomEventSchema.parse(JSON.parse(line)));

/** Each line without what is of the run, and not of the recording. */
function comparable(folder: string): string[] {
  return linesOf(folder).map((line) => {
    const { epoch, latency, ...event } = JSON.parse(line) as Record<string, unknown>;
    expect(epoch).toEqual(expect.any(String));
    expect(latency === undefined).toBe(event['type'] !== 'emotion');
    return JSON.stringify(event);
  });
}

function analyse(path: string, out: string, more: Partial<AnalyseOptions> = {}): Promise<Analysed> {
  const { engine, identity, settings } = judge;
  const plain = { captions: null, resume: false, smoothingMs: 2000 };
  return analyseFile({ path, out, engine, identity, settings, ...plain, ...more });
}

it('the same recording gives the same events, byte for byte, by another number of threads and on a busy machine', async () => {
  const folder = temporaryFolder();
  const clip = await writeTalk(join(folder, 'talk.mp4'), 6);
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const analysed = await analyse(clip, first);
  expect(analysed).toMatchObject({ failure: null, seconds: 6, problems: [] });
  const one = await openJudge(loadConfig({ flags: { engine: 'wasm', inferenceThreads: 1 } }), () => undefined);
  // Takes most of the time of this thread, which hands windows on.
  const busy = setInterval(() => {
    const until = performance.now() + 30;
    while (performance.now() < until);
  }, 35);
  await analyse(clip, second, { engine: one.engine });
  clearInterval(busy);
  await one.engine.dispose();
  expect(comparable(second)).toEqual(comparable(first));

  const events = eventsIn(first);
  expect(events.map(({ type }) => type)).toEqual(['begin', ...Array<string>(6).fill('emotion'), 'end']);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  const emotions = events.flatMap((event) => emotionEventSchema.safeParse(event).data ?? []);
  expect(emotions.map(({ window }) => window)).toEqual(
    Array.from({ length: 6 }, (_, k) => ({ start: 1000 * k, end: 1000 * (k + 1) })),
  );
  for (const { face, voice } of emotions) expect([face.present, voice.present]).toEqual([true, true]);
  if (judge.settings.speechModel) {
    const words = linesOf(first, 'words.jsonl').map((line) => wordsSchema.parse(JSON.parse(line)));
    expect(words[0]).toMatchObject({ text: expect.stringMatching(/happy/i) as string, source: 'voice', final: true });
    // Known when their second is judged, though they are recognised when the sentence is over.
    expect(emotions[0]).toMatchObject({ revision: 0, words: { present: true } });
  }
}, 300_000);

it('an analysis that was broken off goes on as if it had not been, also after a torn line', async () => {
  const folder = temporaryFolder();
  const seconds = 110;
  const clip = writeWav(join(folder, 'long.wav'), talk(seconds));
  const captions = Array.from({ length: 27 }, (_, i) => ({
    text: i % 2 ? 'This is terrible' : 'I am so glad',
    startMs: 4000 * i,
    endMs: 4000 * i + 1500,
  }));
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
  const { stages } = await analyse(clip, whole, { captions });
  expect('voice encoders' in stages).toBe(judge.settings.voiceEncoder);
  const interrupt = new AbortController();
  const onProgress = (done: number): void => void (done >= 80 && interrupt.abort());
  const first = await analyse(clip, broken, { captions, onProgress, signal: interrupt.signal });
  expect(first.failure).toBe('interrupted');
  // Whatever was judged by then is there, and the last line is whole.
  expect(eventsIn(broken).at(-1)).toMatchObject({ type: 'emotion' });
  expect(first.seconds).toBeGreaterThanOrEqual(80);
  const file = join(broken, 'events.jsonl');
  truncateSync(file, readFileSync(file).length - 40);
  const second = await analyse(clip, broken, { captions, resume: true });
  expect(second).toMatchObject({ failure: null, seconds });
  expect(comparable(broken)).toEqual(comparable(whole));
  expect(new Set(eventsIn(broken).map(({ epoch }) => epoch)).size).toBe(1);
  expect(linesOf(broken, 'words.jsonl')).toEqual(linesOf(whole, 'words.jsonl'));
  // There is nothing left to do.
  expect(await analyse(clip, broken, { captions, resume: true })).toMatchObject({ failure: null, seconds });
}, 300_000);

it('what is no recording is told by a code, and a recording that breaks off gives what is there', async () => {
  const folder = temporaryFolder();
  const clip = await writeTalk(join(folder, 'talk.mp4'), 3);
  const text = join(folder, 'text.mp4');
  writeFileSync(text, 'no recording');
  const none = await analyse(text, join(folder, 'none'));
  expect(none).toMatchObject({ seconds: 0, failure: { code: 'MEDIA_CORRUPT' } });
  const film = await writeTalk(join(folder, 'cut.flv'), 6);
  truncateSync(film, Math.floor(readFileSync(film).length * 0.6));
  const cut = await analyse(film, join(folder, 'cut'));
  expect(cut).toMatchObject({ failure: null, problems: expect.arrayContaining(['truncated']) as string[] });
  expect(cut.seconds).toBeGreaterThanOrEqual(2);
  expect(cut.seconds).toBeLessThan(6);
  // The index of an MP4 is a box at its end; before its name stands its length.
  truncateSync(clip, readFileSync(clip).indexOf('moov') - 4);
  expect(await analyse(clip, join(folder, 'torn'))).toMatchObject({ failure: { code: 'MEDIA_CORRUPT' } });
}, 300_000);
