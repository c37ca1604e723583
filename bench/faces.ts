import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Picture } from '../src/features/picture.js';
import { buildIn, isThePortraits, type Seen } from './faces/finding.js';
import { framed, FRAMINGS, readPortraits } from './faces/portraits.js';
import { cutRooms } from './faces/rooms.js';
import { drawnScenes, printedPages } from './faces/scenes.js';
import { commitId } from './support/commit.js';
import { table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:faces`: in how many portraits the face is found, in how many pictures of nobody one is, and what that costs, by the
 * code of live calls; with --against DIST (the compiled files of another commit) beside that one, picture by picture in turn.
 */
const program = new Command('bench:faces')
  .requiredOption('--portraits <tar>', 'the collection muxspace')
  .option('--every <n>', 'of the portraits every nth', '1')
  .option('--rooms <folder...>', 'pictures that show nobody', [])
  .option('--rooms-are <text>', 'where they are from')
  .option('--except <name...>', 'files among them that show a face', [])
  .option('--cuts <n>', 'parts cut of each', '10')
  .option('--scenes <n>', 'drawn pictures of each kind', '20')
  .option('--against <dist>', 'compiled files of another commit')
  .option('--commit <id>', 'that commit')
  .option('--json <file>', 'where the figures go');
program.parse();
const options = program.opts<{
  portraits: string;
  every: string;
  rooms: string[];
  roomsAre?: string;
  except: string[];
  cuts: string;
  scenes: string;
  against?: string;
  commit?: string;
  json?: string;
}>();

const after = await buildIn(resolve(import.meta.dirname, '..'));
const before = options.against === undefined ? null : await buildIn(resolve(options.against));

interface Counts {
  /** Found with the first search, with the first three, and of those in a place where the face is not. */
  first: number;
  soon: number;
  astray: number;
  /** CPU time a picture, ms: of the first search, and of all three. */
  firstMs: number;
  allMs: number;
}
interface Row {
  what: string;
  tuned: boolean;
  pictures: number;
  before: Counts | null;
  after: Counts;
}

function look(what: string, tuned: boolean, pictures: readonly Picture[]): Row {
  const seen: { before: Seen[]; after: Seen[] } = { before: [], after: [] };
  pictures.forEach((picture, i) => {
    // Who comes second finds the picture in the processor's caches.
    if (i % 2 === 0 && before) seen.before.push(before(picture));
    seen.after.push(after(picture));
    if (i % 2 === 1 && before) seen.before.push(before(picture));
  });
  return { what, tuned, pictures: pictures.length, before: before && counts(seen.before), after: counts(seen.after) };
}

function counts(seen: readonly Seen[]): Counts {
  const count = (of: (one: Seen) => boolean): number => seen.filter(of).length;
  const mean = (of: (one: Seen) => number): number =>
    Number((seen.reduce((sum, one) => sum + of(one), 0) / seen.length).toFixed(2));
  return {
    first: count(({ first }) => first !== null),
    soon: count(({ soon }) => soon !== null),
    astray: count(({ soon }) => soon !== null && !isThePortraits(soon)),
    firstMs: mean(({ firstMs }) => firstMs),
    allMs: mean(({ allMs }) => allMs),
  };
}

/** So many pages of print for each drawn picture of a kind; those from 9005 on to 9204 had a say in the threshold of near faces. */
const PAGES = { perScene: 10, from: { tuned: 9005, others: 50_000 } } as const;
/** Of the portraits so many are cut to other shapes, too. */
const CUT_EVERY = 3;

const portraits = await readPortraits(options.portraits, Number(options.every));
const scenes = drawnScenes(Number(options.scenes));
const rooms = [];
for (const folder of options.rooms) {
  rooms.push(...(await cutRooms(folder, new Set(options.except), Number(options.cuts))));
}
// Compiles the code.
look('', false, [...portraits.slice(0, 20).map(({ picture }) => picture), ...scenes.slice(0, 20)]);

const faces: Row[] = [];
const empty: Row[] = [];
for (const tuned of [true, false]) {
  const own = portraits.filter((one) => one.tuned === tuned);
  for (const [what, framing] of Object.entries(FRAMINGS)) {
    const some = own.filter((_, i) => framing.aspect === 0 || i % CUT_EVERY === 0);
    faces.push(
      look(
        what,
        tuned,
        some.map(({ picture }) => framed(picture, framing)),
      ),
    );
  }
  const cut = rooms.filter((one) => one.tuned === tuned);
  if (cut.length > 0)
    empty.push(
      look(
        'parts of pictures',
        tuned,
        cut.map(({ picture }) => picture),
      ),
    );
}
empty.push(look('drawn', false, scenes));
for (const tuned of [true, false]) {
  const pages = printedPages(PAGES.perScene * Number(options.scenes), PAGES.from[tuned ? 'tuned' : 'others']);
  empty.push(look('drawn pages out of focus', tuned, pages));
}

const cell = (row: Row, of: (counts: Counts) => number): string => {
  const share = (one: Counts | null) => (one ? `${((100 * of(one)) / row.pictures).toFixed(2)} %` : '–');
  return `${share(row.before)} → ${share(row.after)}`;
};
console.log(
  table(
    [...faces, ...empty].map((row) => [
      `${row.what}${row.tuned ? ' (tuned on)' : ''}, n ${row.pictures}`,
      [
        `first search ${cell(row, ({ first }) => first)}`,
        `three ${cell(row, ({ soon }) => soon)}`,
        `astray ${cell(row, ({ astray }) => astray)}`,
        `ms ${row.before?.firstMs ?? '–'} → ${row.after.firstMs}, all ${row.before?.allMs ?? '–'} → ${row.after.allMs}`,
      ].join('  '),
    ]),
  ),
);
if (options.json !== undefined) {
  const files = new Set(rooms.map(({ file }) => file)).size;
  writeJson(options.json, {
    commit: commitId(),
    against: options.commit ?? null,
    machine: { cpu: cpus()[0]?.model.trim() ?? '', cores: cpus().length, node: process.version },
    command: `npm run bench:faces -- --portraits muxspace.tar --every ${options.every} --cuts ${options.cuts} --scenes ${options.scenes}`,
    rooms: { are: options.roomsAre ?? '', files, except: options.except },
    faces,
    empty,
  });
}
process.exit(0);
