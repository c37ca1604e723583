import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadConfig } from '../src/config/load.js';
import { analyseFile } from '../src/files/analyse-file.js';
import { openJudge } from '../src/files/open-judge.js';
import { makeClips } from './analyze/clips.js';
import { facesPace, SEARCHED, TRACKED } from './analyze/faces-alone.js';
import { peerPace } from './analyze/peer.js';
import { commitId } from './support/commit.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:analyze`: seconds of a recording analysed in a second, by stage, on a portrait in 720p and 360p that speaks all the time,
 * and on its sound alone; then its faces alone, each picture searched or followed, beside a peer that searches each picture.
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
const { engine, speech } = options;
const judge = await openJudge(loadConfig({ env: process.env, flags: { engine, speech } }), () => undefined);
const round = (value: number): number => Number(value.toFixed(3));

const runs = [];
for (const { name, path } of clips) {
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
    ...{ engine: judge.engine, identity: judge.identity, settings: judge.settings },
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
  runs.push({
    clip: name,
    seconds: judged,
    startS: round(startS),
    tookS: round(tookS),
    pace: round(judged / tookS),
    cpuMsPerSecond: cpuMs,
    msPerSecond: perSecond,
  });
  console.log(
    `${name}: ${(judged / tookS).toFixed(1)} × real time (after ${startS.toFixed(1)} s to load), CPU ${cpuMs.toFixed(1)} ms a second of it`,
  );
  for (const [stage, ms] of Object.entries(perSecond)) console.log(`  ${stage}: ${ms.toFixed(1)} ms a second of it`);
}
await judge.engine.dispose();
// Faces alone, as many pictures a second for each, one after the other in one process.
const of360p = clips[1]!.path;
const searched = await facesPace(of360p, seconds, judge.engine, SEARCHED);
const peer = options.peer ? await peerPace(of360p, seconds) : null;
const tracked = await facesPace(of360p, seconds, judge.engine, TRACKED);
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
    ...{ benchmark: 'analyze', commit: commitId() },
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      node: process.version,
      load: loadavg()[0],
    },
    command: `npm run bench:analyze -- ${process.argv
      .slice(2)
      .join(' ')
      .replace(/ ?--json \S+/u, '')}`.trim(),
    ...{ engine: judge.identity, speech, runs, faces },
  });
}
setTimeout(() => process.exit(), 1000).unref();
