import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS, MODALITIES } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { loadModel } from '../../inference/model-format.js';
import type { Provenance } from '../export-model.js';
import { writeModelCard } from '../model-card.js';
import { corporaSeen } from '../weights-store.js';
import { accuracyPage } from './accuracy-page.js';
import { confusionSvg } from './confusion-svg.js';
import { FOLD_SETS, LEFT_OUT_SETS, SPEAKER_SETS } from './held-out-sets.js';
import { readSentences, sentencesSection, type SentenceFigures } from './judge-sentences.js';
import { modelCosts } from './model-costs.js';
import { portraitFiguresSchema, portraitsSection, type PortraitFigures } from './portraits.js';
import { reliabilitySvg } from './reliability-svg.js';
import { readOptional, readPeers } from './sources.js';
import type { TestFigures } from './test-figures.js';
import { riskSvg } from './risk-svg.js';
import type { TradeOff } from './trade-off.js';
import { riskCurves, riskPicture } from './uncertain-page.js';
import { WORDS_LEFT_OUT } from './words-left-out.js';

export type Results = Record<string, TestFigures>;

/** What an evaluation found, of which everything is written that `evaluate` writes. */
export interface Report {
  results: Results;
  tradeOffs: readonly TradeOff[];
  sentences: SentenceFigures;
  /** Null: not measured. */
  portraits: PortraitFigures | null;
  /** That judged. */
  engine: string;
}

/** In the order of the page; what is not named here comes after, in its own. */
const ORDER = [
  'ferplus_test',
  ...SPEAKER_SETS,
  'emogator_test',
  ...LEFT_OUT_SETS,
  ...['goemotions_ekman_test', 'goemotions_ekman_single_test', 'meld_test'],
  ...WORDS_LEFT_OUT,
];

/** Writes figures, pictures, the accuracy page and the model card. @param metrics the file of figures; the rest lies beside */
export async function writeReport(
  model: string,
  metrics: string,
  { results, tradeOffs, sentences, portraits, engine }: Report,
): Promise<void> {
  const folder = dirname(metrics);
  const { manifest } = await loadModel(model);
  const provenance = await provenanceOf(model);
  const known = ORDER.flatMap((name) => (results[name] ? [[name, results[name]] as const] : []));
  const ordered: Results = { ...Object.fromEntries(known), ...results };
  await mkdir(folder, { recursive: true });
  await writeFile(metrics, metricsText(ordered));
  await writeFile(join(folder, 'sentences.json'), metricsText(sentences));
  const thresholds: Thresholds = { sha256: manifest.weights.sha256, engine, trade_offs: [...tradeOffs] };
  await writeFile(join(folder, 'thresholds.json'), metricsText(thresholds));
  if (portraits) await writeFile(join(folder, 'portraits.json'), metricsText(portraits));
  await writePictures(folder, ordered);
  const page = accuracyPage({
    model: { name: manifest.name, version: manifest.version, sha256: manifest.weights.sha256, engine },
    results: ordered,
    tradeOffs,
    peers: await readPeers(folder),
    folds: FOLD_SETS.some((name) => name in results),
    sentences: sentencesSection(sentences),
    portraits: portraitsSection(portraits),
    corpora: provenance.parts.flatMap(corporaSeen),
  });
  await writeFile(join(folder, 'README.md'), page);
  await writeModelCard(model, provenance, ordered, await modelCosts(model));
}

export const provenanceOf = async (model: string): Promise<Provenance> =>
  JSON.parse(await readFile(join(model, 'training.json'), 'utf8')) as Provenance;

const certain = z.object({ coverage: z.number(), accuracy: z.number() });
const thresholdsSchema = z.object({
  /** Of the weights that the figures beside are of. */
  sha256: z.string(),
  engine: z.string(),
  trade_offs: z.array(
    z.object({
      modality: z.enum(MODALITIES),
      wanted: z.number().nullable(),
      threshold: z.number(),
      valid: certain,
      test: z.record(z.string(), certain),
    }),
  ),
});
type Thresholds = z.infer<typeof thresholdsSchema>;

/**
 * What an earlier run of the same weights wrote.
 * @throws EmostreamError CONFIG_INVALID when there was none, or it was of other weights
 */
export async function readReport(model: string, metrics: string): Promise<Report> {
  const folder = dirname(metrics);
  const { manifest } = await loadModel(model);
  const thresholds = await readOptional(join(folder, 'thresholds.json'), thresholdsSchema);
  if (thresholds?.sha256 !== manifest.weights.sha256) {
    const message = `The figures in ${folder} are not of these weights: run \`emostream evaluate\` without --folds-only first.`;
    throw new EmostreamError('CONFIG_INVALID', message);
  }
  return {
    results: await readResults(metrics),
    tradeOffs: thresholds.trade_offs,
    sentences: await readSentences(join(folder, 'sentences.json')),
    portraits: await readOptional(join(folder, 'portraits.json'), portraitFiguresSchema),
    engine: thresholds.engine,
  };
}

export const readResults = async (metrics: string): Promise<Results> =>
  JSON.parse(await readFile(metrics, 'utf8')) as Results;

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

async function writePictures(folder: string, results: Results): Promise<void> {
  for (const [name, { confusion, reliability, ece }] of Object.entries(results)) {
    if (name.startsWith('synthetic_conflict')) continue;
    if (confusion) await writeFile(join(folder, `${name}-confusion.svg`), confusionSvg(name, EMOTIONS, confusion));
    await writeFile(join(folder, `${name}-reliability.svg`), reliabilitySvg(name, reliability, ece));
  }
  for (const modality of MODALITIES) {
    const curves = riskCurves(modality, results);
    if (curves.length === 0) continue;
    await writeFile(join(folder, riskPicture(modality)), riskSvg(`Wrong by answered, ${modality}`, curves));
  }
}
