import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RoomEvent } from '../../src/events/schema.js';
import { readBegun } from '../../src/files/event-file.js';
import { LineFile } from '../../src/files/line-file.js';
import { momentsOf } from '../../src/report/moments.js';
import { reportPage } from '../../src/report/report-page.js';
import { Series } from '../../src/report/series.js';
import { subtitleParts } from '../../src/report/subtitles.js';
import { summarise } from '../../src/report/summary.js';
import { COLUMNS, tableLines } from '../../src/report/table.js';
import { type Origin, writeResults } from '../../src/files/write-results.js';
import type { Words } from '../../src/server/protocol.js';
import { projectFile } from '../../bench/support/project-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { begin, told } from './support/events.js';

function seriesOf(...events: RoomEvent[]): Series {
  const series = new Series();
  for (const event of events) series.add(event);
  return series;
}

const gap = (second: number): RoomEvent => ({
  ...{ type: 'gap', room: 'r', participant: 'p1', epoch: 'e', seq: second + 1, reason: 'engine-failed' },
  window: { start: 1000 * second, end: 1000 * (second + 1) },
});

it('a summary has the shares of labels, of guesses, and of the time without', () => {
  const series = seriesOf(
    begin(0),
    told(0, { second: 0, label: 'happy' }),
    told(0, { second: 1, label: 'happy', uncertain: true }),
    told(0, { second: 2, label: 'sad' }),
    told(0, { second: 3, label: null }),
    gap(4),
  );
  const [person] = summarise(series);
  expect(person).toMatchObject({
    ...{ participant: 'p1', seconds: 4, none: 0.25, uncertain: 0.333, valence: 0.5, arousal: -0.25 },
    share: { happy: 0.5, sad: 0.25, neutral: 0 },
    without: { face: 0.25, voice: 0.25, words: 1 },
  });
});

it('of a call each person has their own seconds, from the first event on, and words that came late count', () => {
  const start = 1_795_455_546_250;
  const series = seriesOf(
    told(start, { second: 0, participant: 'ada', label: 'happy' }),
    // Not everybody's windows begin at the same time.
    told(start + 500, { second: 0, participant: 'bob', label: 'sad' }),
    told(start, { second: 1, participant: 'ada', label: 'angry', revision: 1 }),
    told(start, { second: 1, participant: 'ada', label: 'happy', revision: 0 }),
  );
  expect(series.seconds).toBe(2);
  expect(series.people.map(({ id, label }) => [id, label])).toEqual([
    ['ada', [1, 3]],
    ['bob', [undefined, 2]],
  ]);
});

it('moments are the strongest of each sure emotion, and where one gives way to another', () => {
  const labels = [...Array<'neutral'>(6).fill('neutral'), ...Array<'angry'>(6).fill('angry')];
  const series = seriesOf(
    begin(0),
    ...labels.map((label, second) => told(0, { second, label, share: second === 8 ? 0.97 : 0.9 })),
    told(0, { second: 12, label: 'happy', uncertain: true }),
  );
  const words = [{ person: 0, from: 5.5, to: 6.5, text: 'Stop it.' }];
  expect(momentsOf(series, words)).toEqual([
    { person: 0, second: 0, kind: 'strongest', emotion: 'neutral', before: null, size: 0.9, words: '' },
    expect.objectContaining({ second: 6, kind: 'change', before: 'neutral', emotion: 'angry', words: 'Stop it.' }),
    { person: 0, second: 8, kind: 'strongest', emotion: 'angry', before: null, size: 0.97, words: '' },
  ]);
});

it('a table has a row a second and person, and no cell that a spreadsheet would work out', () => {
  const series = seriesOf(begin(0), told(0, { second: 0, label: 'happy', share: 0.88 }), gap(1));
  const words = [{ person: 0, from: 0.2, to: 0.9, text: '=cmd("x"), he said' }];
  const [head, first, second, ...more] = [...tableLines(series, words)].map((line) => line.replace(/\r\n$/, ''));
  expect(more).toEqual([]);
  expect(head).toBe(COLUMNS.join(','));
  const cells = first!.split(',');
  expect(cells.slice(0, 8)).toEqual(['0', 'p1', '', 'happy', '0', '0.88', '0.02', '0.88']);
  expect(first).toMatch(/,1,0\.75,0\.6,1,0\.25,0\.6,0,,,0\.1,0\.2,0\.3,0\.4,,"'=cmd\(""x""\), he said"$/);
  expect(second).toMatch(/^1,p1,,+engine-failed,$/);
});

it('where faces are told apart each has its own rows, timeline and summary beside those of the person', () => {
  const scores = { neutral: 0.7, happy: 0.05, sad: 0.05, angry: 0.05, fearful: 0.05, disgusted: 0.05, surprised: 0.05 };
  const face = (id: string, judged: boolean) => ({
    ...{ id, judged, box: { x: 0.5, y: 0.25, width: 0.125, height: 0.25 } },
    ...{ label: 'neutral' as const, uncertain: false, confidence: 0.7, scores, smoothed: scores },
    ...{ valence: 0.125, arousal: -0.5, quality: { size: 1, light: 0.5, contrast: 0.5, sharpness: 0 } },
  });
  const seconds = [[face('1', true), face('2', false)], [face('1', true)]];
  const series = seriesOf(
    begin(0),
    ...seconds.map((faces, second) => ({ ...told(0, { second, label: 'happy' }), faces }) as RoomEvent),
  );
  expect(series.people.map(({ id, face }) => [id, face])).toEqual([
    ['p1', null],
    ['p1', '1'],
    ['p1', '2'],
  ]);
  expect(summarise(series).map(({ face, seconds, share }) => [face, seconds, share.happy, share.neutral])).toEqual([
    [null, 2, 1, 0],
    ['1', 2, 0, 1],
    ['2', 1, 0, 1],
  ]);
  const words = [{ person: 0, from: 0.2, to: 0.9, text: 'Well' }];
  const rows = [...tableLines(series, words)].slice(1).map((line) => line.replace(/\r\n$/, '').split(','));
  const at = (name: (typeof COLUMNS)[number]) => COLUMNS.indexOf(name);
  expect(rows.map((row) => [row[at('second')], row[at('face')], row[at('label')], row[at('text')]])).toEqual([
    ['0', '', 'happy', 'Well'],
    ['0', '1', 'neutral', ''],
    ['0', '2', 'neutral', ''],
    ['1', '', 'happy', ''],
    ['1', '1', 'neutral', ''],
  ]);
  const of = (name: (typeof COLUMNS)[number]) => rows[2]![at(name)];
  expect([
    of('neutral'),
    of('valence'),
    of('face_weight'),
    of('face_quality'),
    of('face_x'),
    of('voice_present'),
  ]).toEqual(['0.7', '0.125', '1', '0.5', '0.5', '0']);
  for (const row of rows) expect(row).toHaveLength(COLUMNS.length);
  // Who speaks is the person, whatever face.
  expect([...subtitleParts(series, words)].join('')).not.toContain('<v ');
});

it('subtitles name the emotion of their second, and no text can be more than text', () => {
  const series = seriesOf(
    begin(0),
    told(0, { second: 0, label: 'happy' }),
    told(0, { second: 1, label: 'sad', uncertain: true }),
  );
  const words = [
    { person: 0, from: 0.25, to: 0.9, text: 'a <b> & --> c' },
    { person: 0, from: 1.5, to: 3661, text: 'end\r\r00:00.000 --> 00:09.000\r\nforged' },
  ];
  expect([...subtitleParts(series, words)].join('')).toBe(
    'WEBVTT\n\n00:00:00.250 --> 00:00:00.900\n[happy] a &lt;b&gt; &amp; --&gt; c\n\n00:00:01.500 --> 01:01:01.000\n[sad?] end 00:00.000 --&gt; 00:09.000 forged\n',
  );
});

it('results of an events file are there whole, and the report is small, names no address, and holds hostile names', () => {
  const folder = temporaryFolder();
  const title = '</script><script>alert(1)</script>.mp4';
  const events = [begin(0), ...Array.from({ length: 5 }, (_, second) => told(0, { second, label: 'happy' }))];
  const lines = events.map((event, i) => JSON.stringify({ ...event, seq: i + 1 }));
  // The last line is torn.
  writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n{"type":"emo`);
  const origin: Origin = { title, kind: 'video', media: 'clip 1.mp4', durationMs: 5000, problems: [] };
  const results = writeResults(join(folder, 'events.jsonl'), folder, origin);
  expect(results).toMatchObject({ seconds: 5, files: ['events.csv', 'summary.json', 'subtitles.vtt', 'report.html'] });
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as object;
  expect(summary).toMatchObject({ title, complete: false, seconds: 5, problems: [{ code: 'unfinished' }] });
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).not.toContain('alert(1)</script>');
  const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!) as object;
  expect(data).toMatchObject({ title, media: 'clip 1.mp4', people: [{ id: 'p1', label: [1, 1, 1, 1, 1] }] });
  const script = readFileSync(projectFile('dist/client/report.js'), 'utf8');
  const bare = [...reportPage({ ...(data as Parameters<typeof reportPage>[0]), people: [] }, script)].join('');
  expect(Buffer.byteLength(bare)).toBeLessThan(400 * 1024);
  // Nothing is loaded: what looks like an address is the name of a namespace.
  expect(
    [...bare.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => url).filter((url) => !url.includes('w3.org')),
  ).toEqual([]);
});

it('words that were corrected count once, also of who comes back, and go with nobody else', () => {
  const folder = temporaryFolder();
  const start = 1_795_455_546_000;
  const events = ['ada', 'bob'].flatMap((participant) =>
    Array.from({ length: 20 }, (_, second) => told(start, { second, participant, label: 'happy' })),
  );
  const write = (name: string, lines: readonly object[]) =>
    writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  write('events.jsonl', events);
  const said = (
    participant: string,
    segment: number,
    second: number,
    text: string,
    parts: Partial<Words> = {},
  ): Words => ({
    ...{ type: 'words', room: 'r', participant, segment, text, final: true, source: 'voice', language: 'en' },
    ...{ startMs: start + 1000 * second, endMs: start + 1000 * second + 1500, ...parts },
  });
  write('words.jsonl', [
    said('bob', 1, 1, 'I sea'),
    said('ada', 1, 2, 'So what'),
    said('bob', 2, 3, 'hm'),
    // The newest counts, if its words begin elsewhere, too; it may say that there were none.
    said('bob', 1, 1.2, 'I see it'),
    said('bob', 2, 3, ''),
    said('bob', 3, 4, 'partial', { final: false }),
    // A seat that is taken again counts from 1 again.
    said('bob', 1, 10, 'Here I am'),
    said('bob', 1, 10, 'Here I am again'),
    // Nothing is known of her seconds.
    said('eve', 1, 12, 'Not mine'),
  ]);
  writeResults(join(folder, 'events.jsonl'), folder, {
    ...{ title: 'call', kind: 'call', media: null },
    durationMs: null,
    problems: [],
  });
  const subtitles = readFileSync(join(folder, 'subtitles.vtt'), 'utf8');
  expect(subtitles.split('\n').filter((line) => line.startsWith('<v '))).toEqual([
    '<v bob>[happy] I see it',
    '<v ada>[happy] So what',
    '<v bob>[happy] Here I am again',
  ]);
});

it('nothing is written, nor cut off, through a link that lies where results go', () => {
  const folder = temporaryFolder({ 'mine.txt': 'mine\n', 'events.jsonl': `${JSON.stringify(begin(0))}\n` });
  const link = (name: string): string => {
    const path = join(folder, name);
    symlinkSync('mine.txt', path);
    return path;
  };
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error;
  expect(() => new LineFile(link('new.jsonl'), false)).toThrow(refused);
  expect(() => new LineFile(link('more.jsonl'), true)).toThrow(refused);
  // As to go on with an analysis: what is no event would be cut off.
  expect(() => readBegun(link('begun.jsonl'))).toThrow(refused);
  const origin: Origin = { title: '', kind: 'video', media: null, durationMs: null, problems: [] };
  // The table in the making; whole, it takes the place of a link.
  link('events.csv.part');
  expect(() => writeResults(join(folder, 'events.jsonl'), folder, origin)).toThrow(refused);
  rmSync(join(folder, 'events.csv.part'));
  link('events.csv');
  writeResults(join(folder, 'events.jsonl'), folder, origin);
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toContain(COLUMNS[0]);
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine\n');
});
