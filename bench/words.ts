import { Command } from 'commander';
import { loadConfig } from '../src/config/load.js';
import { chooseSpeech } from '../src/speech/index.js';
import { createLogger } from '../src/telemetry/logger.js';
import './support/quiet.js';
import { espeak, ravdess } from './words/clips.js';
import { recogniseLive } from './words/live.js';
import { recogniseOffline } from './words/offline.js';
import { wordsTable } from './words/table.js';
import { measured } from './support/measured.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:words`: clips of known text are spoken in a real call (Opus, RTP, mediasoup, taps, analysis process) and offline.
 * Word error rates, how long after it was said a word is in an event, and what recognising costs. Without `--data` there is no
 * RAVDESS in it; without eSpeak NG there are no other sentences.
 */
const program = new Command('bench:words')
  .option('--data <folder>', 'folder of the corpora (its `speech/ravdess_actors01-20.tar`)')
  .option('--clips <count>', 'RAVDESS clips in the call, drawn from actors 01 to 20', '60')
  .option('--offline-clips <count>', 'RAVDESS clips offline, drawn in the same way', '200')
  .option('--sentences <count>', 'sentences by eSpeak NG (60 at most)', '60')
  .option('-n, --people <count>', 'people in the call', '8')
  .option('--json <file>', 'write the figures as JSON; "-" prints them');

interface Options {
  data?: string;
  clips: string;
  offlineClips: string;
  sentences: string;
  people: string;
  json?: string;
}

program.parse();
const options = program.opts<Options>();
const config = loadConfig({ env: process.env, flags: { httpPort: 0 } });
const { model } = chooseSpeech(config);
if (!model) {
  console.error('There is no speech model here: `npx emostream speech install` brings it.');
  process.exit(1);
}
const log = (line: string): void => void process.stderr.write(`${line}\n`);

const acted = options.data ? await ravdess(`${options.data}/speech`, Number(options.offlineClips)) : [];
if (!options.data) log('without --data: no RAVDESS');
const synthetic = (await espeak(Number(options.sentences))) ?? [];
if (synthetic.length === 0) log('eSpeak NG is not installed (the package espeak-ng): no other sentences');

log(`offline: ${String(acted.length)} + ${String(synthetic.length)} clips`);
const offline = {
  ...(acted.length > 0 && { ravdess: recogniseOffline(acted, model) }),
  ...(synthetic.length > 0 && { espeak: recogniseOffline(synthetic, model) }),
};
const spoken = [
  ...acted.slice(0, Number(options.clips)).map((clip) => ({ ...clip, corpus: 'ravdess' })),
  ...synthetic.map((clip) => ({ ...clip, corpus: 'espeak' })),
];
log(`in a call: ${String(spoken.length)} clips, ${options.people} people`);
const live =
  spoken.length > 0 ? await recogniseLive(spoken, Number(options.people), config, createLogger('error'), log) : null;

const full = {
  benchmark: 'words',
  ...measured('bench:words'),
  model: model.name,
  language: model.language,
  offline,
  live,
};
console.log(wordsTable(full));
if (options.json === '-') console.log(JSON.stringify(full, null, 2));
else if (options.json) writeJson(options.json, full);
setTimeout(() => process.exit(), 1000).unref();
