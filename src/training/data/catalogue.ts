import { join } from 'node:path';
import { SPLITS } from '../splits.js';
import { exists } from './corpora/folders.js';
import { PORTRAIT_SPLITS, portraitSet } from './muxspace.js';
import { USER_CORPORA, USER_CORPUS_NAMES, userSet } from './user-corpora.js';

export interface CorpusEntry {
  name: string;
  title: string;
  /** Where its owners give it out. */
  from: string;
  terms: string;
  /** What must lie in the folder of the corpora. */
  layout: string;
  /** Sets that `data prepare` makes of it. */
  sets: string[];
}

const splits = (name: string): string[] => SPLITS.map((split) => `${name}-${split}`);

/** The corpora that the shipped recipe trains on. */
export const CORPORA: readonly CorpusEntry[] = [
  {
    name: 'ferplus',
    title: 'FER+ (faces)',
    from: 'https://github.com/microsoft/FERPlus and FER2013',
    terms: 'votes: MIT; pictures: gathered from the web, research use',
    layout: 'face/ferplus/{train,valid,test}.tar.gz, fer2013new.csv',
    sets: splits('ferplus'),
  },
  {
    name: 'ravdess',
    title: 'RAVDESS (voice)',
    from: 'https://zenodo.org/records/1188976',
    terms: 'CC BY-NC-SA 4.0: not commercial, nor are weights trained on it',
    layout: 'speech/ravdess_actors01-20.tar',
    sets: ['ravdess'],
  },
  {
    name: 'emodb',
    title: 'EMO-DB (voice)',
    from: 'http://emodb.bilderbar.info',
    terms: 'free for research; cite Burkhardt et al. 2005',
    layout: 'speech/emodb.tar',
    sets: ['emodb'],
  },
  {
    name: 'nemo',
    title: 'nEMO (voice, Polish)',
    from: 'https://huggingface.co/datasets/amu-cai/nEMO',
    terms: 'CC BY-NC-SA 4.0: not commercial, nor are weights trained on it',
    layout: 'speech/nemo.tar: labels.csv (file, label, speaker) and the files that it names',
    sets: ['nemo'],
  },
  {
    name: 'emogator',
    title: 'EmoGator (voice, bursts without words)',
    from: 'https://github.com/fredbuhl/EmoGator',
    terms: 'Apache-2.0',
    layout: 'speech/emogator.tar: labels.csv (file, label, speaker) and the files that it names',
    sets: ['emogator'],
  },
  {
    name: 'goemotions',
    title: 'GoEmotions (words)',
    from: 'https://github.com/google-research/google-research/tree/master/goemotions',
    terms: 'CC BY 4.0',
    layout: 'text/goemotions_ekman/{train,valid,test}.tsv, labels.txt; text/goemotions/{train,dev,test}.tsv',
    sets: splits('goemotions'),
  },
  {
    name: 'meld',
    title: 'MELD (words)',
    from: 'https://affective-meld.github.io',
    terms: 'GPL-3',
    layout: 'text/meld/{train,dev,test}_sent_emo.csv',
    sets: splits('meld'),
  },
];

/** Those that judge the shipped weights by what they never saw; nothing is trained on them unless it is asked for. */
export const JUDGING_CORPORA: readonly CorpusEntry[] = [
  {
    name: 'muxspace',
    title: 'muxspace on Labeled Faces in the Wild (faces)',
    from: 'https://github.com/muxspace/facial_expressions',
    terms: 'labels: Apache-2.0; photographs: their owners’, research use',
    layout:
      'face/muxspace.tar: labels.csv (file, label, label_raw, person, split, trust, person_in_hidden) and the files that it names',
    sets: PORTRAIT_SPLITS.map(portraitSet),
  },
];

/** Those that users own, each in a folder of its own. */
const USER_ENTRIES: readonly CorpusEntry[] = USER_CORPUS_NAMES.map((name) => {
  const { title, modalities, from, terms, layout } = USER_CORPORA[name];
  return {
    ...{ name, from, terms, layout },
    title: `${title} (${modalities.join(', ')})`,
    sets: modalities.flatMap((modality) => SPLITS.map((split) => userSet(name, modality, split))),
  };
});

/** Each corpus as a few lines: where to get it, its terms and layout, and whether it lies prepared in the folder. */
export async function describeCorpora(prepared: string): Promise<string[]> {
  const built = await Promise.all(CORPORA.map((corpus) => describe(corpus, prepared)));
  const judging = await Promise.all(JUDGING_CORPORA.map((corpus) => describe(corpus, prepared)));
  const own = await Promise.all(USER_ENTRIES.map((corpus) => describe(corpus, prepared)));
  return [
    ...['Built-in corpora, in one folder: emostream data prepare --data FOLDER', ''],
    ...built.flat(),
    ...['', 'Built-in corpora to judge by, in the same folder', ''],
    ...judging.flat(),
    ...['', 'Corpora of your own, each in its folder: emostream data prepare --corpus NAME=FOLDER', ''],
    ...own.flat(),
  ];
}

async function describe({ name, title, from, terms, layout, sets }: CorpusEntry, prepared: string): Promise<string[]> {
  const there = await Promise.all(sets.map((set) => exists(join(prepared, `${set}.json`))));
  const state = there.every(Boolean) ? 'prepared' : there.some(Boolean) ? 'prepared in part' : 'not prepared';
  return [`${name}: ${title}, ${state}`, `  from    ${from}`, `  terms   ${terms}`, `  layout  ${layout}`];
}
