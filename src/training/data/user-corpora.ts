import type { Modality } from '../../common/emotions.js';
import type { Split } from '../splits.js';

/** Corpora that users own and prepare themselves with `data prepare --corpus NAME=FOLDER`. */
export const USER_CORPUS_NAMES = ['cremad', 'ravdess-full', 'meld-clips', 'iemocap', 'affectnet', 'rafdb'] as const;
export type UserCorpusName = (typeof USER_CORPUS_NAMES)[number];

export interface UserCorpus {
  /** As a training record and a model card call it. */
  title: string;
  /** Who published it. */
  cite: string;
  /** Where its owners give it out. */
  from: string;
  terms: string;
  /** Whether weights trained on it may be used commercially, by these terms. */
  commercial: boolean;
  /** What must lie in its folder. */
  layout: string;
  modalities: readonly Modality[];
  /** Where the numbers of its speakers begin: far above RAVDESS (100) and EMO-DB (200), and a million apart. */
  firstSpeaker: number;
  /** What its test part is, for the protocol of a figure. */
  testPart: string;
}

export const USER_CORPORA: Readonly<Record<UserCorpusName, UserCorpus>> = {
  cremad: {
    title: 'CREMA-D',
    cite: 'Cao et al. 2014',
    from: 'https://github.com/CheyneyComputerScience/CREMA-D',
    terms: 'ODbL 1.0',
    commercial: true,
    layout: 'AudioWAV/*.wav, VideoFlash/*.flv',
    modalities: ['face', 'voice'],
    firstSpeaker: 1_000_000,
    testPart:
      'about a tenth of the actors, chosen by a seed, none of them in training or validation; no surprise in it',
  },
  'ravdess-full': {
    title: 'RAVDESS (full)',
    cite: 'Livingstone and Russo 2018',
    from: 'https://zenodo.org/records/1188976',
    terms: 'CC BY-NC-SA 4.0, non-commercial',
    commercial: false,
    layout: 'Actor_NN/*.wav and *.mp4, also a folder deeper',
    modalities: ['face', 'voice'],
    firstSpeaker: 2_000_000,
    testPart: 'actors 18 to 20, as of the built-in corpus, none of them in training; calm = neutral',
  },
  'meld-clips': {
    title: 'MELD (clips)',
    cite: 'Poria et al. 2019',
    from: 'https://affective-meld.github.io',
    terms: 'GPL-3; the clips are of a TV series',
    commercial: true,
    layout:
      '{train,dev,test}_sent_emo.csv, train_splits/*.mp4, dev_splits_complete/*.mp4, output_repeated_splits_test/*.mp4',
    modalities: ['voice'],
    firstSpeaker: 3_000_000,
    testPart: 'the published test part; its main speakers are in training too',
  },
  iemocap: {
    title: 'IEMOCAP',
    cite: 'Busso et al. 2008',
    from: 'https://sail.usc.edu/iemocap',
    terms: 'by agreement with its owners, for research',
    commercial: false,
    layout: 'Session{1..5}/dialog/EmoEvaluation/*.txt, dialog/transcriptions/*.txt, sentences/wav/*/*.wav',
    modalities: ['voice', 'words'],
    firstSpeaker: 4_000_000,
    testPart: 'session 5, its two speakers not in training; excitement = happiness, no frustration',
  },
  affectnet: {
    title: 'AffectNet',
    cite: 'Mollahosseini et al. 2019',
    from: 'http://mohammadmahoor.com/affectnet',
    terms: 'by agreement with its owners, for research',
    commercial: false,
    layout:
      '{train,val}_set/{images,annotations}, or {train,val}/CLASS/*, or {training,validation}.csv with the pictures',
    modalities: ['face'],
    firstSpeaker: 5_000_000,
    testPart:
      'its published validation part (where only its training part was there, a tenth of that), 7 classes, no contempt',
  },
  rafdb: {
    title: 'RAF-DB',
    cite: 'Li et al. 2017',
    from: 'http://www.whdeld.cn/RAF/model1.html',
    terms: 'by agreement with its owners, for research',
    commercial: false,
    layout: 'basic/EmoLabel/list_patition_label.txt, basic/Image/aligned/*.jpg',
    modalities: ['face'],
    firstSpeaker: 6_000_000,
    testPart: 'the published test part of the basic emotions',
  },
};

/** The prepared set of one part of a corpus: a set for each split, so that training never opens a test part. */
export const userSet = (corpus: UserCorpusName, modality: Modality, split: Split): string =>
  `${corpus}-${modality}-${split}`;
