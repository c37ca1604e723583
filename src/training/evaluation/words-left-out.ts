import { join } from 'node:path';
import { EMOTIONS } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { temperatureOf } from '../calibrate.js';
import { exists } from '../data/corpora/folders.js';
import { readTexts, type TextSet } from '../data/text.js';
import { foldBatchNorm } from '../fold.js';
import { predictWords, probabilities } from '../predict.js';
import { CORPUS_TITLES, withoutFolder, WORDS_CORPORA } from '../train-options.js';
import { readWeights } from '../weights-store.js';
import { answerOf } from './answers.js';
import { testFigures, type TestFigures } from './test-figures.js';

const FIGURES = { goemotions: 'goemotions_ekman_single_left_out', meld: 'meld_left_out' } as const;
export const WORDS_LEFT_OUT = Object.values(FIGURES);

const CLASSES = EMOTIONS.length;

/**
 * Each corpus of words, as the recipe answers it after training on the other: networks of `train words --leave-out-corpus`, where
 * they are. Not the shipped weights. The other corpus's validation split chose the epoch and calibrates.
 * @throws EmostreamError CONFIG_INVALID when such a network has seen the corpus
 */
export async function judgeWordsLeftOut(weights: string, prepared: string): Promise<Record<string, TestFigures>> {
  const out: Record<string, TestFigures> = {};
  for (const corpus of WORDS_CORPORA) {
    const folder = withoutFolder(weights, corpus);
    if (!(await exists(join(folder, 'words.record.json')))) continue;
    const { weights: trained, record } = await readWeights(folder, 'words');
    if (record.corpora.includes(CORPUS_TITLES[corpus])) {
      const message = `The words in ${folder} were trained on ${CORPUS_TITLES[corpus]}: run \`emostream train words --leave-out-corpus\`, or remove the folder.`;
      throw new EmostreamError('CONFIG_INVALID', message);
    }
    const folded = foldBatchNorm(trained);
    const answered = (set: TextSet) => {
      const { logits } = predictWords(folded, set.tokens, set.meta);
      const rows = [...set.labels.keys()].filter((i) => set.labels[i]! >= 0);
      return {
        labels: rows.map((i) => set.labels[i]!),
        logits: Float32Array.from(rows.flatMap((i) => [...logits.subarray(i * CLASSES, (i + 1) * CLASSES)])),
      };
    };
    const other = answered(await readTexts(prepared, corpus === 'meld' ? 'goemotions-valid' : 'meld-valid'));
    const own = answered(await readTexts(prepared, `${corpus}-test`));
    const shares = probabilities(own.logits, temperatureOf(other.logits, other.labels));
    const alone = { face: null, voice: null, words: null };
    const answers = own.labels.map((label, i) =>
      answerOf(
        { group: i, label, probabilities: [...shares.subarray(i * CLASSES, (i + 1) * CLASSES)], own: alone },
        null,
      ),
    );
    out[FIGURES[corpus]] = testFigures(answers, {
      protocol: `${CORPUS_TITLES[corpus]} test, texts with one label, top answer, by words trained on ${record.corpora.join(', ')} alone (\`${record.command}\`), which also chose the epoch and the temperature; judges the recipe, not the shipped weights`,
      unit: 'text',
    });
  }
  return out;
}
