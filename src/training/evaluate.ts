import { dirname, join } from 'node:path';
import { loadModel } from '../inference/model-format.js';
import type { Engine } from '../inference/types.js';
import { judgeSentences, withVersion } from './evaluation/judge-sentences.js';
import { FOLD_SETS, judgeFolds, judgeLeftOut, LEFT_OUT_SETS } from './evaluation/held-out-sets.js';
import { provenanceOf, readReport, readResults, writeReport, type Results } from './evaluation/report.js';
import { judgeModalities, judgeMultiLabel, judgeTriples, line, readCorpora } from './evaluation/sets.js';
import { judgePortraits } from './evaluation/portraits.js';
import { readCorporaLeftOut, readFolds, readPeers } from './evaluation/sources.js';
import { rightOf, type TestFigures } from './evaluation/test-figures.js';
import { tradeOffs, type TradedAnswers } from './evaluation/trade-off.js';
import { judgeUnseenVoices, voiceDetails } from './evaluation/unseen-voices.js';
import { judgeUserCorpora } from './evaluation/user-sets.js';
import { judgeWordsLeftOut, WORDS_LEFT_OUT } from './evaluation/words-left-out.js';
import { openVoiceEncoder } from './heard/installed-encoder.js';
import { SPEECH_CORPORA } from './train-options.js';
import { corporaSeen } from './weights-store.js';

export { faceExamples, meanOf, voiceExamples, wordExamples, type Example } from './evaluation/examples.js';

export interface EvaluateOptions {
  prepared: string;
  /** Where trained parts are kept; cross-validation is read from there, if it was run. */
  weights: string;
  /** The model's folder; its card is written anew. */
  model: string;
  /** Where the figures go; the page, its pictures and the peers' figures lie beside. */
  metrics: string;
  engine: Engine;
  /** Judge on validation data alone, and write nothing: to choose between models. */
  validationOnly?: boolean;
  /** Where no cross-validation is kept beside the weights, keep the figures of those that `metrics` holds. */
  keepFolds?: boolean;
  /** Synthetic triples per test; default 3000. */
  triples?: number;
  log: (line: string) => void;
}

/** Judges a model on every test set, through the engine that live calls use, and writes the accuracy page and the model card. */
export async function evaluate(options: EvaluateOptions): Promise<void> {
  const { prepared, weights, model, metrics, engine, log } = options;
  await engine.load(model);
  const { manifest } = await loadModel(model);
  const encoder = await openVoiceEncoder();
  if (!encoder) log('no voice encoders are installed: voices are judged without');
  const judge = { engine, uncertainBelow: manifest.calibration.uncertainBelow, encoder, log };
  const folder = dirname(metrics);
  // Read first: a file that is spoilt ends the command before the long work.
  await readPeers(folder);
  const earlier = options.keepFolds ? await readResults(metrics) : {};
  const crossed = options.validationOnly ? {} : await heldOutFigures({ weights, prepared, earlier });
  const provenance = await provenanceOf(model);

  const validCorpora = await readCorpora(prepared, 'valid');
  const valid = await judgeModalities(judge, validCorpora, 'valid');
  if (options.validationOnly) {
    await judgeTriples(judge, valid.pools, 'valid', options.triples);
    await encoder?.close();
    return;
  }
  const testCorpora = await readCorpora(prepared, 'test');
  const test = await judgeModalities(judge, testCorpora, 'test');
  const multiLabel = await judgeMultiLabel(judge, validCorpora.goemotions, testCorpora.goemotions);
  for (const name of SPEECH_CORPORA) {
    const { figures, answers } = test.sets[`${name}_test`]!;
    Object.assign(figures, await voiceDetails(judge, `${name}_test`, testCorpora[name], answers));
  }
  for (const [name, figures] of Object.entries(crossed)) log(line(name, figures));
  const trainedOn = provenance.parts.flatMap(corporaSeen);
  const unseen = await judgeUnseenVoices(judge, prepared, trainedOn);
  const portraits = await judgePortraits(judge, prepared);
  const triples = await judgeTriples(judge, test.pools, 'test', options.triples);
  const sentencesFile = join(folder, 'sentences.json');
  const own = { version: manifest.version, groups: await judgeSentences(engine) };
  const sentences = await withVersion(sentencesFile, own);
  const users = await judgeUserCorpora(judge, prepared, trainedOn);
  await encoder?.close();

  const results: Results = {
    ...pickFigures(test.sets),
    goemotions_ekman_test: multiLabel,
    ...crossed,
    ...unseen,
    ...users,
    ...pickFigures(triples),
  };
  const traded = (...names: string[]): TradedAnswers => ({
    valid: names.flatMap((name) => valid.sets[`${name}_valid`]!.answers.map(rightOf)),
    test: Object.fromEntries(names.map((name) => [name, test.sets[`${name}_test`]!.answers.map(rightOf)])),
  });

  await writeReport(model, metrics, {
    results,
    tradeOffs: tradeOffs(judge.uncertainBelow, {
      face: traded('ferplus'),
      voice: traded(...SPEECH_CORPORA),
      words: traded('goemotions_ekman_single', 'meld'),
    }),
    sentences,
    portraits,
    engine: engine.name,
  });
  log(`${metrics}, README.md and the pictures beside it, ${join(model, 'README.md')}`);
}

/**
 * Of an evaluation of these weights only what cross-validation and corpora left out found, as it now lies in `weights`; all other
 * figures stay.
 * @throws EmostreamError CONFIG_INVALID when the figures that are there are of other weights
 */
export async function refreshFolds({
  prepared,
  weights,
  model,
  metrics,
  log,
}: Pick<EvaluateOptions, 'prepared' | 'weights' | 'model' | 'metrics' | 'log'>): Promise<void> {
  const report = await readReport(model, metrics);
  const crossed = await heldOutFigures({ weights, prepared, earlier: report.results });
  for (const [name, figures] of Object.entries(crossed)) log(line(name, figures));
  const synthetic = Object.entries(report.results).filter(([name]) => name.startsWith('synthetic_'));
  const real = Object.entries(report.results).filter(([name]) => !name.startsWith('synthetic_'));
  const results = { ...Object.fromEntries(real), ...crossed, ...Object.fromEntries(synthetic) };
  await writeReport(model, metrics, { ...report, results });
  log(`${metrics}, README.md and the pictures beside it, ${join(model, 'README.md')}`);
}

/** Of networks trained for it, where they were; else those of an earlier evaluation. */
async function heldOutFigures({
  weights,
  prepared,
  earlier,
}: {
  weights: string;
  prepared: string;
  earlier: Results;
}): Promise<Results> {
  const [folds, leftOut] = [await readFolds(weights), await readCorporaLeftOut(weights)];
  return {
    ...(folds ? judgeFolds(folds) : pick(earlier, FOLD_SETS)),
    ...(leftOut ? judgeLeftOut(leftOut) : pick(earlier, LEFT_OUT_SETS)),
    ...pick(earlier, WORDS_LEFT_OUT),
    ...(await judgeWordsLeftOut(weights, prepared)),
  };
}

const pick = (results: Results, names: readonly string[]): Results =>
  Object.fromEntries(names.flatMap((name) => (results[name] ? [[name, results[name]] as const] : [])));

const pickFigures = (sets: Record<string, { figures: TestFigures }>): Results =>
  Object.fromEntries(Object.entries(sets).map(([name, { figures }]) => [name, figures]));
