import { join } from 'node:path';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import type { NamedWeights } from '../inference/model-format.js';
import { judgeClips } from './clip-judge.js';
import { exists } from './data/corpora/folders.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import { readTexts, type TextSet } from './data/text.js';
import { USER_CORPORA, userSet, type UserCorpusName } from './data/user-corpora.js';
import type { VoiceSet } from './heard/heard-clips.js';
import { describe, figures, type ClassificationFigures } from './metrics.js';
import { predictFaces, predictWords, probabilities } from './predict.js';
import { SPEECH_CORPORA, WORDS_CORPORA, type BuiltInCorpus, type TrainOptions } from './train-options.js';

interface SetOf {
  face: FaceSet;
  voice: VoiceSet;
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
  /** How weights do on their validation parts. */
  judge: (folded: Folded) => ClassificationFigures[];
  /** The same to be told only: the built-in corpora choose the epoch, where one is trained on. */
  report: (folded: Folded) => string;
}

/**
 * The prepared sets of `--with`; test parts are not opened.
 * @param complete adds to a set what is not prepared with it
 * @throws EmostreamError CONFIG_INVALID when a corpus has no such part, NOT_FOUND when it is not prepared
 */
export async function extraSets<M extends Modality>(
  modality: M,
  { prepared, with: names = [], without = [] }: Pick<TrainOptions, 'prepared' | 'with' | 'without'>,
  complete: (name: string, set: SetOf[M]) => Promise<SetOf[M]> = (_, set) => Promise.resolve(set),
): Promise<ExtraSets<SetOf[M]>> {
  await checkPrepared(modality, prepared, names);
  const read = async (name: string): Promise<SetOf[M]> => {
    const set = modality === 'words' ? readTexts(prepared, name) : readPrepared(prepared, name);
    return complete(name, (await set) as SetOf[M]);
  };
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
  if (isLeftOut(modality, without) && valid.length === 0) {
    const message = `--with ${names.join(' ')}: nothing of it is held out for validation, so there is nothing to choose the epoch of ${modality} by.`;
    throw new EmostreamError('CONFIG_INVALID', message);
  }
  return {
    train,
    judge: (folded) => valid.map(([, set]) => JUDGES[modality](folded, set)),
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

const BUILT_IN: Readonly<Record<Modality, readonly BuiltInCorpus[]>> = {
  face: ['ferplus'],
  voice: SPEECH_CORPORA,
  words: WORDS_CORPORA,
};

/** Whether no built-in corpus of a modality is left. */
const isLeftOut = (modality: Modality, without: readonly BuiltInCorpus[]): boolean =>
  BUILT_IN[modality].every((corpus) => without.includes(corpus));

/**
 * What `--without` may not leave out: each part needs something to train on, and to choose the epoch by.
 * @throws EmostreamError CONFIG_INVALID
 */
export function checkWithout(
  part: string,
  { with: names = [], without = [] }: Pick<TrainOptions, 'with' | 'without'>,
): void {
  const modality = MODALITIES.find((each) => each === part);
  if (!modality) {
    const lost = MODALITIES.filter((each) => isLeftOut(each, without));
    if (lost.length === 0) return;
    const message = `--without: fusion would have no ${lost.join(' and no ')} left. It is trained on validation data of the built-in corpora, one of each modality at least.`;
    throw new EmostreamError('CONFIG_INVALID', message);
  }
  if (!isLeftOut(modality, without) || names.length > 0) return;
  const message = `--without ${BUILT_IN[modality].join(' ')}: nothing is left to train ${part} on. Give a corpus of your own in its stead: --with NAME.`;
  throw new EmostreamError('CONFIG_INVALID', message);
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
