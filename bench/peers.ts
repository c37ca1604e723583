import { Command } from 'commander';
import type { FaceSet } from '../src/training/data/ferplus.js';
import { defaultPreparedFolder, readPrepared } from '../src/training/data/prepared.js';
import { peerFigures } from './peers/accuracy.js';
import { startFaceApi } from './peers/face-api.js';
import { startHuman } from './peers/human.js';
import { lendTensorflow } from './peers/lend-tensorflow.js';
import { benchPackages } from './support/bench-packages.js';
import { commitId } from './support/commit.js';
import { projectFile } from './support/project-file.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:peers`: how often other libraries' emotion nets are right on the FER+ test pictures, on which
 * `emostream evaluate` judges this project's face alone. Writes models/peers.json.
 */
const { prepared, out } = new Command('bench:peers')
  .option('--prepared <folder>', 'where `emostream data prepare` put the corpora', defaultPreparedFolder())
  .option('--out <file>', 'where the figures go', projectFile('models/peers.json'))
  .parse()
  .opts<{ prepared: string; out: string }>();

const valid = await readPrepared<FaceSet>(prepared, 'ferplus-valid');
const test = await readPrepared<FaceSet>(prepared, 'ferplus-test');
await lendTensorflow('wasm');
const peers = [await startHuman('wasm'), await startFaceApi('wasm', await benchPackages())];
const entries = [];
for (const peer of peers) {
  const found = await peerFigures(peer, valid, test);
  console.log(`${peer.name} ${peer.version}: ${percents(found)} (n ${found.n})`);
  for (const one of found.tried) console.log(`  on validation, ${one.option}: ${percents(one)}`);
  entries.push({ ...found, command: 'npm run bench:peers -- --prepared DIR', commit: commitId() });
}
writeJson(out, entries);

function percents({ accuracy, uar }: { accuracy: number; uar: number }): string {
  return `accuracy ${(100 * accuracy).toFixed(1)} %, mean recall ${(100 * uar).toFixed(1)} %`;
}
