/** Figures that others published, to set ours beside: never on quite the same protocol. */
export interface Published {
  /** The test sets they stand next to. */
  sets: string[];
  what: string;
  figure: string;
  source: string;
  /** What is different from ours. */
  difference: string;
}

export const PUBLISHED: readonly Published[] = [
  {
    sets: ['ferplus_test'],
    what: 'VGG13',
    figure: 'accuracy 84.99 %',
    source: 'Barsoum et al. 2016',
    difference: '8 classes (with contempt), majority of the votes',
  },
  {
    sets: ['ferplus_test'],
    what: 'human raters',
    figure: 'accuracy 65 ± 5 %',
    source: 'Goodfellow et al. 2013',
    difference: 'on the original FER2013 labels, 7 classes, which are noisier than the FER+ votes',
  },
  {
    sets: ['ferplus_test'],
    what: 'residual masking network, single',
    figure: 'accuracy 74.14 %',
    source: 'Pham et al. 2021',
    difference: 'on the original FER2013 labels, 7 classes',
  },
  {
    sets: ['ferplus_test'],
    what: 'mini-Xception (in `@vladmandic/human`)',
    figure: 'accuracy 66 %',
    source: 'Arriaga et al. 2017',
    difference: 'on the original FER2013 labels, 7 classes',
  },
  {
    sets: ['ravdess_test', 'ravdess_by_actor'],
    what: 'HuBERT-base',
    figure: 'UAR 65.4 %',
    source: 'EmoBox 2024',
    difference: '8 classes (calm apart), 24 actors, other folds; a pretrained network of 95 million parameters',
  },
  {
    sets: ['ravdess_test', 'ravdess_by_actor'],
    what: 'Whisper-large-v3',
    figure: 'UAR 75.3 %',
    source: 'EmoBox 2024',
    difference: '8 classes, 24 actors, other folds; a pretrained network of some 600 million parameters (encoder)',
  },
  {
    sets: ['emodb_test', 'emodb_loso'],
    what: 'HuBERT-base',
    figure: 'UAR 87.7 %',
    source: 'EmoBox 2024',
    difference: 'speaker-independent folds; a pretrained network of 95 million parameters',
  },
  {
    sets: ['emodb_test', 'emodb_loso'],
    what: 'WavLM-large',
    figure: 'UAR 92.6 %',
    source: 'EmoBox 2024',
    difference: 'speaker-independent folds; a pretrained network of 300 million parameters',
  },
  {
    sets: ['emodb_test', 'emodb_loso'],
    what: 'human listeners',
    figure: 'accuracy about 84 %',
    source: 'commonly quoted; not traced by us',
    difference: '7 classes with boredom',
  },
  {
    sets: ['goemotions_ekman_test'],
    what: 'BERT-base',
    figure: 'macro-F1 0.64',
    source: 'Demszky et al. 2020',
    difference: 'the same labels and split; a pretrained network of 110 million parameters',
  },
  {
    sets: ['meld_test'],
    what: 'text-CNN',
    figure: 'weighted F1 55',
    source: 'Poria et al. 2019',
    difference: 'the same split; words of the utterance alone',
  },
  {
    sets: ['meld_test'],
    what: 'DialogueRNN',
    figure: 'weighted F1 57',
    source: 'Poria et al. 2019',
    difference: 'the same split; sees the whole dialogue before',
  },
];
