import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMOTIONS } from '../common/emotions.js';
import { loadModel } from '../inference/model-format.js';
import type { Engine } from '../inference/types.js';
import { accuracyPage } from './evaluation/accuracy-page.js';
import { confusionSvg } from './evaluation/confusion-svg.js';
import { reliabilitySvg } from './evaluation/reliability-svg.js';
import { judgeSentences, sentencesSection, withVersion } from './evaluation/judge-sentences.js';
import { FOLD_SETS, judgeFolds, judgeLeftOut, LEFT_OUT_SETS } from './evaluation/held-out-sets.js';
import { judgeModalities, judgeMultiLabel, judgeTriples, line, readCorpora } from './evaluation/sets.js';
import { readCorporaLeftOut, readFolds, readPeers } from './evaluation/sources.js';
import { rightOf, type TestFigures } from './evaluation/test-figures.js';
import { tradeOffs } from './evaluation/trade-off.js';
import { judgeUnseenVoices, voiceDetails } from './evaluation/unseen-voices.js';
import { judgeUserCorpora } from './evaluation/user-sets.js';
import { judgeWordsLeftOut, WORDS_LEFT_OUT } from './evaluation/words-left-out.js';
import { corporaSeen } from './weights-store.js';
import type { Provenance } from './export-model.js';
import { modelCosts } from './evaluation/model-costs.js';
import { writeModelCard } from './model-card.js';

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
  const judge = { engine, uncertainBelow: manifest.calibration.uncertainBelow, log };
  const folder = dirname(metrics);
  // Read first: a file that is spoilt ends the command before the long work.
  const [peers, folds, leftOut] = [
    await readPeers(folder),
    await readFolds(weights),
    await readCorporaLeftOut(weights),
  ];
  const earlier = options.keepFolds ? await earlierFigures(metrics) : {};
  const provenance = JSON.parse(await readFile(join(model, 'training.json'), 'utf8')) as Provenance;

  const validCorpora = await readCorpora(prepared, 'valid');
  const valid = await judgeModalities(judge, validCorpora, 'valid');
  if (options.validationOnly) {
    await judgeTriples(judge, valid.pools, 'valid', options.triples);
    return;
  }
  const testCorpora = await readCorpora(prepared, 'test');
  const test = await judgeModalities(judge, testCorpora, 'test');
  const multiLabel = await judgeMultiLabel(judge, validCorpora.goemotions, testCorpora.goemotions);
  for (const name of ['ravdess', 'emodb'] as const) {
    const { figures, answers } = test.sets[`${name}_test`]!;
    Object.assign(figures, await voiceDetails(judge, `${name}_test`, testCorpora[name], answers));
  }
  const crossed = {
    ...(folds ? judgeFolds(folds) : pick(earlier, FOLD_SETS)),
    ...(leftOut ? judgeLeftOut(leftOut) : pick(earlier, LEFT_OUT_SETS)),
    ...pick(earlier, WORDS_LEFT_OUT),
    ...(await judgeWordsLeftOut(weights, validCorpora, testCorpora)),
  };
  for (const [name, figures] of Object.entries(crossed)) log(line(name, figures));
  const trainedOn = provenance.parts.flatMap(corporaSeen);
  const unseen = await judgeUnseenVoices(judge, prepared, trainedOn);
  const triples = await judgeTriples(judge, test.pools, 'test', options.triples);
  const sentencesFile = join(folder, 'sentences.json');
  const own = { version: manifest.version, groups: await judgeSentences(engine) };
  const sentences = await withVersion(sentencesFile, own);
  const users = await judgeUserCorpora(judge, prepared, trainedOn);

  const { ferplus_test, ravdess_test, emodb_test, ...words } = pickFigures(test.sets);
  const results = Object.fromEntries(
    Object.entries({
      ferplus_test,
      ravdess_test,
      ravdess_by_actor: crossed['ravdess_by_actor'],
      emodb_test,
      emodb_loso: crossed['emodb_loso'],
      ...unseen,
      ...pick(crossed, LEFT_OUT_SETS),
      goemotions_ekman_test: multiLabel,
      ...words,
      ...pick(crossed, WORDS_LEFT_OUT),
      ...users,
      ...pickFigures(triples),
    }).filter((entry): entry is [string, TestFigures] => entry[1] !== undefined),
  );
  const judged = (sets: typeof test.sets) =>
    Object.fromEntries(Object.entries(sets).map(([name, { answers }]) => [name, answers.map(rightOf)]));
  const byModality = judged(valid.sets);
  const joined = (...names: string[]) => names.flatMap((name) => byModality[`${name}_valid`] ?? []);
  const pooled = [joined('ferplus'), joined('ravdess', 'emodb'), joined('goemotions_ekman_single', 'meld')];

  await mkdir(folder, { recursive: true });
  await writeFile(metrics, metricsText(results));
  await writeFile(sentencesFile, metricsText(sentences));
  await writePictures(folder, results);
  const page = accuracyPage({
    model: { name: manifest.name, version: manifest.version, sha256: manifest.weights.sha256, engine: engine.name },
    results,
    tradeOffs: tradeOffs(judge.uncertainBelow, pooled, judged(test.sets)),
    peers,
    folds: FOLD_SETS.some((name) => name in crossed),
    sentences: sentencesSection(sentences),
    corpora: trainedOn,
  });
  await writeFile(join(folder, 'README.md'), page);
  await writeModelCard(model, provenance, results, await modelCosts(model));
  log(`${metrics}, README.md and the pictures beside it, ${join(model, 'README.md')}`);
}

/** What an earlier run measured. */
const earlierFigures = async (metrics: string): Promise<Record<string, TestFigures>> =>
  JSON.parse(await readFile(metrics, 'utf8')) as Record<string, TestFigures>;

const pick = (results: Record<string, TestFigures>, names: readonly string[]): Record<string, TestFigures> =>
  Object.fromEntries(names.flatMap((name) => (results[name] ? [[name, results[name]] as const] : [])));

const pickFigures = (sets: Record<string, { figures: TestFigures }>): Record<string, TestFigures> =>
  Object.fromEntries(Object.entries(sets).map(([name, { figures }]) => [name, figures]));

/** JSON in which what fits on a line is on one, so that a row of a matrix reads as a row. */
export function metricsText(results: unknown): string {
  const write = (value: unknown, indent: string): string => {
    const flat = JSON.stringify(value);
    if (typeof value !== 'object' || value === null || flat.length <= 80) return spaced(flat);
    const inner = `${indent}  `;
    const isList = Array.isArray(value);
    const items = isList
      ? value.map((item) => inner + write(item, inner))
      : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${write(item, inner)}`);
    const [open, close] = isList ? ['[', ']'] : ['{', '}'];
    return `${open}\n${items.join(',\n')}\n${indent}${close}`;
  };
  return `${write(results, '')}\n`;
}

/** A space after each comma and colon that is not inside a string. */
const spaced = (json: string): string =>
  json.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/gu, (part) => (part.length === 1 ? `${part} ` : part));

async function writePictures(folder: string, results: Record<string, TestFigures>): Promise<void> {
  for (const [name, { confusion, reliability, ece }] of Object.entries(results)) {
    if (name.startsWith('synthetic_conflict')) continue;
    if (confusion) await writeFile(join(folder, `${name}-confusion.svg`), confusionSvg(name, EMOTIONS, confusion));
    await writeFile(join(folder, `${name}-reliability.svg`), reliabilitySvg(name, reliability, ece));
  }
}
