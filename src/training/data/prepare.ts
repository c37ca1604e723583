import { join } from 'node:path';
import { SPLITS } from '../splits.js';
import { exists } from './corpora/folders.js';
import { readFerplus } from './ferplus.js';
import { prepareJudging } from './prepare-judging.js';
import { writePrepared } from './prepared.js';
import { readSpeech } from './speech.js';
import { readGoEmotions, readMeld } from './text.js';

export interface PrepareOptions {
  /** Folder of the corpora, laid out as `emostream data list` tells. */
  data: string;
  /** Where the prepared tensors go. */
  out: string;
  log: (line: string) => void;
}

/** Reads, cleans and normalises every corpus once, so that training starts at once. */
export async function prepare({ data, out, log }: PrepareOptions): Promise<void> {
  const ferplus = await readFerplus(join(data, 'face', 'ferplus'));
  for (const split of SPLITS) {
    await writePrepared(out, `ferplus-${split}`, { ...ferplus[split] });
  }
  const { duplicates, withoutEmotion } = ferplus.report;
  const counts = [ferplus.train, ferplus.valid, ferplus.test].map(({ majority }) => majority.length).join(' / ');
  log(`FER+: ${counts} pictures (train / valid / test)`);
  log(`  dropped as copies of test or validation pictures: ${duplicates.train} of train, ${duplicates.valid} of valid`);
  log(`  dropped from train for want of votes for an emotion: ${withoutEmotion}`);

  const speech = await readSpeech(join(data, 'speech'));
  for (const [name, set] of Object.entries(speech)) {
    await writePrepared(out, name, { ...set });
    log(`${name}: ${set.labels.length} clips of ${new Set(set.speakers).size} speakers`);
  }

  const fine = join(data, 'text', 'goemotions');
  const fineFolder = (await exists(fine)) ? fine : undefined;
  if (!fineFolder) log(`GoEmotions: no ${fine}, so words are trained without its 28 labels`);
  for (const split of SPLITS) {
    const goemotions = await readGoEmotions(join(data, 'text', 'goemotions_ekman'), split, fineFolder);
    await writePrepared(out, `goemotions-${split}`, { ...goemotions });
    const meld = await readMeld(join(data, 'text', 'meld'), split === 'valid' ? 'dev' : split);
    await writePrepared(out, `meld-${split}`, { ...meld });
    log(`${split}: GoEmotions ${goemotions.labels.length} texts, MELD ${meld.labels.length} utterances`);
  }
  await prepareJudging({ data, out, log });
  log(`Prepared in ${out}`);
}
