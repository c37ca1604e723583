import { join } from 'node:path';
import { exists } from './corpora/folders.js';
import { readEmogator, readNemo, type JudgingSpeech } from './judging-speech.js';
import { prepareMuxspace } from './muxspace.js';
import { writePrepared } from './prepared.js';

const SPEECH: readonly [name: string, title: string, read: (path: string) => Promise<JudgingSpeech>][] = [
  ['nemo', 'nEMO', readNemo],
  ['emogator', 'EmoGator', readEmogator],
];

/** nEMO, EmoGator and the corpora to judge by, of those whose archives lie in the folder. */
export async function prepareJudging({
  data,
  out,
  log,
}: {
  data: string;
  out: string;
  log: (line: string) => void;
}): Promise<void> {
  for (const [name, title, read] of SPEECH) {
    const path = join(data, 'speech', `${name}.tar`);
    if (!(await exists(path))) {
      log(`${title}: no ${path}, so nothing is judged on it: \`train voice\` needs \`--without ${name}\``);
      continue;
    }
    const { set, skipped } = await read(path);
    await writePrepared(out, name, { ...set });
    log(`${title}: ${set.labels.length} clips of ${new Set(set.speakers).size} speakers`);
    for (const [reason, count] of skipped) log(`  left out: ${count} × ${reason}`);
  }
  const portraits = join(data, 'face', 'muxspace.tar');
  if (!(await exists(portraits))) {
    log(`muxspace: no ${portraits}, so nothing is judged on it`);
    return;
  }
  const { counts, leftOut } = await prepareMuxspace(portraits, out);
  log(`muxspace: ${counts.train} / ${counts.valid} portraits (train / valid), ${leftOut} left out`);
}
