import { join } from 'node:path';
import { EMOTIONS, type Modality } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import type { NamedWeights } from '../inference/model-format.js';
import { judgeClips } from './clip-judge.js';
import { exists } from './data/corpora/folders.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import { readTexts, type TextSet } from './data/text.js';
import { USER_CORPORA, userSet, type UserCorpusName } from './data/user-corpora.js';
import { describe, figures, type ClassificationFigures } from './metrics.js';
import { predictFaces, predictWords, probabilities } from './predict.js';
import type { TrainOptions } from './train-options.js';

interface SetOf {
  face: FaceSet;
  voice: SpeechSet;
  words: TextSet;
}

type Folded = ReadonlyMap<string, NamedWeights>;
const CLASSES = EMOTIONS.length;

const JUDGES: { [M in Modality]: (folded: Folded, set: SetOf[M]) => ClassificationFigures } = {
  face: (folded, { images, majority }) =>
    figures(probabilities(predictFaces(folded, images).logits), majority, CLASSES),
  voice: (folded, set) => {
    const judged = judgeClips(folded, set, [...set.labels.keys()]);
    return figures(judged.probabilities, judged.labels, CLASSES);
  },
  words: (folded, { tokens, meta, labels }) =>
    figures(probabilities(predictWords(folded, tokens, meta).logits), labels, CLASSES),
};

const LABELS: { [M in Modality]: (set: SetOf[M]) => Int32Array } = {
  face: ({ majority }) => majority,
  voice: ({ labels }) => labels,
  words: ({ labels }) => labels,
};

/** Corpora of the user's that are trained on in addition to the built-in ones. */
export interface ExtraSets<T> {
  /** Their training parts. */
  train: T[];
  /** How weights do on their validation parts, to be told only: the built-in corpora choose the epoch. */
  report: (folded: Folded) => string;
}

/**
 * The prepared sets of `--with`; test parts are not opened.
 * @throws EmostreamError CONFIG_INVALID when a corpus has no such part, NOT_FOUND when it is not prepared
 */
export async function extraSets<M extends Modality>(
  modality: M,
  { prepared, with: names = [] }: Pick<TrainOptions, 'prepared' | 'with'>,
): Promise<ExtraSets<SetOf[M]>> {
  await checkPrepared(modality, prepared, names);
  const read = (name: string): Promise<SetOf[M]> =>
    (modality === 'words' ? readTexts(prepared, name) : readPrepared(prepared, name)) as Promise<SetOf[M]>;
  const train: SetOf[M][] = [];
  const valid: [UserCorpusName, SetOf[M]][] = [];
  for (const name of names) {
    const set = await read(userSet(name, modality, 'train'));
    if (LABELS[modality](set).length === 0) {
      throw new EmostreamError(
        'CONFIG_INVALID',
        `--with ${name}: its prepared ${modality} part has nothing to train on.`,
      );
    }
    train.push(set);
    const held = await read(userSet(name, modality, 'valid'));
    if (LABELS[modality](held).length > 0) valid.push([name, held]);
  }
  return {
    train,
    report: (folded) => valid.map(([name, set]) => ` | ${name} ${describe(JUDGES[modality](folded, set))}`).join(''),
  };
}

async function checkPrepared(modality: Modality, prepared: string, names: readonly UserCorpusName[]): Promise<void> {
  for (const name of names) {
    if (await exists(join(prepared, `${userSet(name, modality, 'train')}.json`))) continue;
    const message = `--with ${name}: it is not prepared in ${prepared}, or without its ${modality} part: run \`emostream data prepare --corpus ${name}=FOLDER\` first.`;
    throw new EmostreamError('NOT_FOUND', message);
  }
}

/**
 * What `--with` may not be given with.
 * @throws EmostreamError CONFIG_INVALID
 */
export function checkWith(
  part: string,
  { with: names = [], without = [] }: Pick<TrainOptions, 'with' | 'without'>,
): void {
  for (const name of names) {
    const refuse = (why: string): never => {
      throw new EmostreamError('CONFIG_INVALID', `--with ${name}: ${why}`);
    };
    if (part === 'fusion') refuse('fusion is trained on validation data of the built-in corpora alone.');
    if (part === 'words' && name === 'meld-clips')
      refuse('its words are those of the built-in meld, already trained on.');
    const { modalities } = USER_CORPORA[name];
    if (!modalities.some((modality) => modality === part))
      refuse(`it has no ${part}, only ${modalities.join(' and ')}.`);
    if (part === 'voice' && name === 'ravdess-full' && !without.includes('ravdess')) {
      refuse('the built-in ravdess has the same clips: add --without ravdess.');
    }
    if (names.indexOf(name) !== names.lastIndexOf(name)) refuse('given twice.');
  }
}

/** Sets of pictures as one; a single one is answered as it is. */
export function joinFaceSets(...sets: FaceSet[]): FaceSet {
  if (sets.length === 1) return sets[0]!;
  const total = sets.reduce((sum, { majority }) => sum + majority.length, 0);
  const pixels = sets[0]!.images.length / Math.max(sets[0]!.majority.length, 1);
  const all: FaceSet = {
    images: new Uint8Array(total * pixels),
    targets: new Float32Array(total * CLASSES),
    majority: new Int32Array(total),
  };
  let at = 0;
  for (const { images, targets, majority } of sets) {
    all.images.set(images, at * pixels);
    all.targets.set(targets, at * CLASSES);
    all.majority.set(majority, at);
    at += majority.length;
  }
  return all;
}
