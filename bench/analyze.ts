import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { MOST_FACES } from '../src/common/most-faces.js';
import { loadConfig } from '../src/config/load.js';
import { analyseFile, type AnalyseOptions, EVENTS_FILE } from '../src/files/analyse-file.js';
import { eventsOf } from '../src/files/event-file.js';
import { openJudge } from '../src/files/open-judge.js';
import { type Clip, makeClips, makeClipsOfSeveral } from './analyze/clips.js';
import { facesPace, SEARCHED, TRACKED } from './analyze/faces-alone.js';
import { peerPace } from './analyze/peer.js';
import { measured } from './support/measured.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:analyze`: seconds of a recording analysed in a second, by stage, on a portrait in 720p and 360p that speaks all the time,
 * on its sound alone, and on 360p without words and voice encoders; on clips of one, two and four people, each of whom is judged; then
 * faces alone, each picture searched or followed, beside a peer that searches each picture.
 */
interface Options {
  seconds: string;
  engine: string;
  speech: string;
  json?: string;
  peer: boolean;
}

const options = new Command('bench:analyze')
  .option('--seconds <count>', 'length of each clip', '60')
  .option('--engine <name>', 'what the network runs on', 'wasm')
  .option('--speech <state>', 'whether words are recognised: on or off', 'on')
  .option('--json <file>', 'write the figures as JSON')
  .option('--no-peer', 'nothing else beside it')
  .parse()
  .opts<Options>();

const folder = mkdtempSync(join(tmpdir(), 'emostream-analyze-'));
const seconds = Number(options.seconds);
const clips = await makeClips(folder, seconds);
/** Faces of the clips by which their cost is told. */
const COUNTS = [1, 2, 4];
const several = await makeClipsOfSeveral(folder, seconds, COUNTS);
const { engine, speech } = options;
const judge = await openJudge(loadConfig({ env: process.env, flags: { engine, speech } }), () => undefined);
const round = (value: number): number => Number(value.toFixed(3));

/** Different ids in the events. */
function facesIn(events: string): number {
  return new Set(
    [...eventsOf(events)].flatMap((event) => (event.type === 'emotion' ? (event.faces ?? []) : [])).map(({ id }) => id),
  ).size;
}

async function measure({ name, path }: Clip, settings: AnalyseOptions['settings']) {
  const from = performance.now();
  let openedMs = from;
  const before = process.cpuUsage();
  const {
    failure,
    stages,
    cpuSeconds,
    seconds: judged,
  } = await analyseFile({
    ...{ path, out: join(folder, `out ${name}`), captions: null, resume: false, smoothingMs: 2000 },
    ...{ engine: judge.engine, identity: judge.identity, settings },
    onOpened: () => (openedMs = performance.now()),
  });
  if (failure !== null) throw new Error(`${name}: ${String(failure)}`);
  const [startS, tookS] = [(openedMs - from) / 1000, (performance.now() - openedMs) / 1000];
  const { user, system } = process.cpuUsage(before);
  // Of both processes and all threads: what else the machine did shows least in it.
  const cpuMs = round((1000 * (cpuSeconds + (user + system) / 1e6)) / judged);
  const perSecond = Object.fromEntries(
    Object.entries(stages).map(([stage, sum]) => [stage, round((1000 * sum) / judged)]),
  );
  console.log(
    `${name}: ${(judged / tookS).toFixed(1)} × real time (after ${startS.toFixed(1)} s to load), CPU ${cpuMs.toFixed(1)} ms a second of it`,
  );
  for (const [stage, ms] of Object.entries(perSecond)) console.log(`  ${stage}: ${ms.toFixed(1)} ms a second of it`);
  return {
    clip: name,
    seconds: judged,
    startS: round(startS),
    tookS: round(tookS),
    pace: round(judged / tookS),
    cpuMsPerSecond: cpuMs,
    msPerSecond: perSecond,
  };
}

const runs = [];
for (const clip of clips) runs.push(await measure(clip, judge.settings));
const { path: of360p } = clips.find(({ name }) => name === '360p')!;
// What is left without the two that take the most, which are of the voice alone.
const without = { ...judge.settings, speechModel: null };
runs.push(await measure({ name: '360p, no words', path: of360p, seconds }, without));
const mute = { ...without, voiceEncoder: false };
runs.push(await measure({ name: '360p, neither words nor voice encoders', path: of360p, seconds }, mute));
console.log('faces: cost by number, with all that are seen (--faces all)');
const byFaces = [];
for (const [i, clip] of several.entries()) {
  const run = await measure(clip, { ...judge.settings, maxFaces: MOST_FACES });
  const faces = facesIn(join(folder, `out ${clip.name}`, EVENTS_FILE));
  // Else it is not the cost of so many.
  if (faces !== COUNTS[i]) throw new Error(`${clip.name}: ${String(faces)} were told apart`);
  byFaces.push({ faces, ...run });
}
// Faces alone, as many pictures a second for each, one after the other in one process.
const searched = await facesPace(of360p, seconds, judge.engine, SEARCHED);
const peer = options.peer ? await peerPace(of360p, seconds) : null;
const tracked = await facesPace(of360p, seconds, judge.engine, TRACKED);
await judge.engine.dispose();
const faces = { searched, tracked, peer };
const told = (name: string, { pace, pictures }: { pace: number; pictures: number }, more = '') =>
  console.log(`faces of 360p alone, ${name}: ${pace.toFixed(1)} × real time (${String(pictures)} pictures)${more}`);
const times = ({ pace }: { pace: number }) => (peer ? `, ${(pace / peer.pace).toFixed(1)} times ${peer.name}` : '');
told('every picture searched', searched, times(searched));
told('followed from picture to picture', tracked, times(tracked));
if (peer) told(`every picture searched by ${peer.name} ${peer.version}`, peer);
rmSync(folder, { recursive: true, force: true });
if (options.json) {
  writeJson(options.json, {
    ...{ benchmark: 'analyze', ...measured('bench:analyze'), load: loadavg()[0] },
    ...{ engine: judge.identity, speech, runs, byFaces, faces },
  });
}
setTimeout(() => process.exit(), 1000).unref();
