import { Command, Option } from 'commander';
import { loadConfig } from '../src/config/load.js';
import { createLogger } from '../src/telemetry/logger.js';
import { openVoiceEncoder } from '../src/training/heard/installed-encoder.js';
import { defaultPreparedFolder } from '../src/training/data/prepared.js';
import { MIDDLE_LAYER, TAPPED_LAYER } from './parity/face-track.js';
import { QUIET_ROOM_DB } from './parity/voice-track.js';
import { runParity } from './parity/run.js';
import { parityTable } from './parity/table.js';
import { measured } from './support/measured.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:parity`: evaluation examples go through the real media path (encode → RTP → mediasoup → tap → decode →
 * windows → engine → event), and the call's answers are compared with those of `emostream evaluate` on the same examples.
 */
const program = new Command('bench:parity')
  .option('--prepared <folder>', 'folder of `emostream data prepare`', defaultPreparedFolder())
  .option('--data <folder>', 'folder of the corpora; with it captions are compared too')
  .addOption(new Option('--split <split>', 'whose examples').choices(['valid', 'test']).default('valid'))
  .option('--faces <count>', 'FER+ pictures', '300')
  .option('--clips <count>', 'RAVDESS and EMO-DB clips', '120')
  .option('--texts <count>', 'GoEmotions texts', '300')
  .addOption(
    new Option('--layer <layer>', 'simulcast layer whose size and bitrate the faces are shown in')
      .choices(['tapped', 'middle'])
      .default('tapped'),
  )
  .option('--room-db <level>', 'noise of the room under the voices, dBFS; -140: none', String(QUIET_ROOM_DB))
  .addOption(
    new Option('--voice-encoder <mode>', 'whether voices are heard by the voice encoders, in the call and offline')
      .choices(['auto', 'off'])
      .default('auto'),
  )
  .option('--face-share <share>', 'side of the face picture over the height of the scene')
  .option('--model <folder>', 'the model (default: the shipped one)')
  .option(
    '-n, --participants <count>',
    'people in the call at a time; more than 8 have windows that begin at different times',
    '8',
  )
  .option('--seed <seed>', 'draws the examples', '1')
  .option('--json <file>', 'write the figures as JSON; "-" prints them');

interface Options {
  prepared: string;
  data?: string;
  split: 'valid' | 'test';
  faces: string;
  clips: string;
  texts: string;
  layer: 'tapped' | 'middle';
  roomDb: string;
  voiceEncoder: 'auto' | 'off';
  faceShare?: string;
  model?: string;
  participants: string;
  seed: string;
  json?: string;
}

program.parse();
const options = program.opts<Options>();
const layer = options.layer === 'tapped' ? TAPPED_LAYER : MIDDLE_LAYER;
const camera = { ...layer, ...(options.faceShare ? { faceShare: Number(options.faceShare) } : {}) };
const encoder = options.voiceEncoder === 'off' ? null : await openVoiceEncoder();
const flags = {
  httpPort: 0,
  voiceEncoder: encoder ? 'auto' : 'off',
  ...(options.model ? { model: options.model } : {}),
};
const report = await runParity(
  {
    prepared: options.prepared,
    data: options.data,
    split: options.split,
    faces: Number(options.faces),
    clips: Number(options.clips),
    texts: Number(options.texts),
    participants: Number(options.participants),
    seed: Number(options.seed),
    camera,
    roomDb: Number(options.roomDb),
    encoder,
  },
  loadConfig({ env: process.env, flags }),
  createLogger('error'),
  (line) => process.stderr.write(`${line}\n`),
);
const full = {
  benchmark: 'parity',
  ...measured('bench:parity'),
  split: options.split,
  camera,
  roomDb: Number(options.roomDb),
  heardByEncoders: encoder !== null,
  ...report,
};
console.log(parityTable(full));
if (options.json === '-') console.log(JSON.stringify(full, null, 2));
else if (options.json) writeJson(options.json, full);
setTimeout(() => process.exit(), 1000).unref();
