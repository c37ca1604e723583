import { join } from 'node:path';
import type { Modality } from '../../common/emotions.js';
import { exists } from '../data/corpora/folders.js';
import type { FaceSet } from '../data/ferplus.js';
import { readPrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { readTexts } from '../data/text.js';
import { USER_CORPORA, USER_CORPUS_NAMES, userSet, userTestName, type UserCorpusName } from '../data/user-corpora.js';
import type { SecondEncoder } from '../heard/seconds.js';
import { progressOf } from '../progress.js';
import { answersOf } from './answers.js';
import { faceExamples, PICTURE_SHOWN, voiceExamples, wordExamples, type Example } from './examples.js';
import { line, type Judge } from './sets.js';
import { testFigures, type TestFigures } from './test-figures.js';

const UNITS: Record<Modality, string> = { face: 'picture', voice: 'clip', words: 'utterance' };
const HOW: Record<Modality, string> = {
  face: PICTURE_SHOWN,
  voice: 'mean over 3 s windows, voice alone',
  words: 'words of each utterance, words alone',
};

/**
 * Figures of the test parts of the user's corpora, of those that are prepared.
 * @param trainedOn titles of the corpora that the model was trained on
 */
export async function judgeUserCorpora(
  judge: Judge,
  prepared: string,
  trainedOn: readonly string[],
): Promise<Record<string, TestFigures>> {
  const results: Record<string, TestFigures> = {};
  for (const corpus of USER_CORPUS_NAMES) {
    const { title, modalities, testPart } = USER_CORPORA[corpus];
    for (const modality of modalities) {
      const part = await readTestPart(prepared, corpus, modality, judge.encoder);
      if (!part || part.examples.length === 0) continue;
      const name = userTestName(corpus, modality);
      const answers = await answersOf(judge, part.examples, progressOf(name, judge.log));
      const speakers = part.speakers && answers.map(({ group }) => part.speakers![group]!);
      const unit = UNITS[modality];
      const seen = trainedOn.includes(title) ? 'its training part was trained on' : 'the model was not trained on it';
      results[name] = testFigures(answers, {
        protocol: `${title}: ${testPart}; ${seen}; top answer of 7; ${HOW[modality]}`,
        unit,
        // Where everything has a speaker of its own, nobody told who speaks.
        ...(speakers && new Set(speakers).size < speakers.length ? { speakers } : {}),
      });
      judge.log(line(name, results[name]));
    }
  }
  return results;
}

interface TestPart {
  examples: Example[];
  /** Of each group. */
  speakers?: Int32Array | undefined;
}

async function readTestPart(
  prepared: string,
  corpus: UserCorpusName,
  modality: Modality,
  encoder: SecondEncoder | null,
): Promise<TestPart | null> {
  const name = userSet(corpus, modality, 'test');
  if (!(await exists(join(prepared, `${name}.json`)))) return null;
  if (modality === 'words') return { examples: wordExamples(await readTexts(prepared, name)) };
  if (modality === 'face') {
    const set = await readPrepared<FaceSet>(prepared, name);
    return { examples: faceExamples(set), speakers: set.speakers };
  }
  const set = await readPrepared<SpeechSet>(prepared, name);
  return { examples: await voiceExamples(set, [...set.labels.keys()], encoder), speakers: set.speakers };
}
