import { USER_CORPORA, USER_CORPUS_NAMES, userTestName } from '../data/user-corpora.js';
import { forWhom } from './for-whom.js';
import { percent, table } from './markdown.js';
import type { PartCost } from './model-costs.js';
import type { TestFigures } from './test-figures.js';
import { corporaSeen, type TrainingRecord } from '../weights-store.js';
import { SPEAKER_SETS } from './held-out-sets.js';
import { UNSEEN_SETS } from './unseen-page.js';
import { WORDS_LEFT_OUT } from './words-left-out.js';

/** What cannot be read from records: what a part is, for what, and what is not known of it. */
interface About {
  title: string;
  what: string;
  cost: string;
  sets: string[];
  use: string;
  limits: string;
}

const ABOUT: Record<string, About> = {
  face: {
    title: 'Face',
    what: 'A residual CNN on 48×48 grey crops, up to 4 a second, every other one mirrored.',
    cost: 'per crop',
    sets: ['ferplus_test'],
    use: 'faces in a call, near frontal, 48 pixels or more wide.',
    limits:
      'Pictures from the web, many posed. Skin tone, age, gender, culture, light, glasses and beards were not measured; small, covered or turned faces neither.',
  },
  voice: {
    title: 'Voice',
    what: 'Two CNNs over time and mel band with attention pooling, on 3 s of log-mel; the one hears the sound as it is, the other without its mean spectrum. Where the voice encoders are installed, two more parts read what pretrained networks make of each second: Moonshine Tiny’s encoder after its third block (MIT) and the first two layers of Resemblyzer’s speaker encoder (Apache-2.0), both frozen; all answer together. Silence is no voice, not neutral.',
    cost: 'per 3 s window',
    sets: [...SPEAKER_SETS, ...UNSEEN_SETS],
    use: 'speech of one person, 16 kHz, as a call brings it.',
    limits:
      'Acted speech of 37 people: two sentences in English, ten in German, ninety in Polish. What is left of its figures on corpora in other languages, in rooms and by second is told under “Voices that training never heard” on the accuracy page. Spontaneous speech, ages and illness were not measured.',
  },
  words: {
    title: 'Words',
    what: 'Hashed n-grams, so that no word is unknown, then four small 1-D CNNs side by side, whose answers are averaged; words in the scope of a negation are marked and turned by a learned vector, emoji bring their kind along; with length, question or exclamation, and change of speaker.',
    cost: 'per text',
    sets: ['goemotions_ekman_test', 'goemotions_ekman_single_test', 'meld_test', ...WORDS_LEFT_OUT],
    use: 'English captions or transcripts of speech recognition, a sentence or two.',
    limits:
      'Comments of an internet forum and lines of a TV series; English only. What is denied is found by rules of written English up to the end of the clause: a denial after its word (“Happy? I am not.”), in another sentence or by meaning alone (“hard to love”) is not seen; see “Sentences of our own” on the accuracy page for how often it comes right. Errors of recognition were measured on synthetic speech only (there too). Characters that nobody sees, full-width and mathematical letters and accents make no difference; letters of other scripts that look like Latin ones, and digits for letters, do. Irony, hedges, dialects and quotation were not measured.',
  },
  fusion: {
    title: 'Fusion',
    what: 'Gated attention over what is present, with quality figures; one modality alone is passed on as it is.',
    cost: 'per window',
    sets: [
      'synthetic_triples_test',
      'synthetic_conflict_face_test',
      'synthetic_conflict_voice_test',
      'synthetic_conflict_words_test',
    ],
    use: 'weighing the three modalities of one participant in the same second.',
    limits:
      'No corpus here has all three of the same person: trained and measured on SYNTHETIC triples matched by label. How it does on people was not measured.',
  },
};

const TERMS: Record<string, string> = {
  'FER+': 'FER+ (votes: MIT; FER2013 pictures: research)',
  RAVDESS: 'RAVDESS (CC BY-NC-SA 4.0, **non-commercial**)',
  'EMO-DB': 'EMO-DB (free for research)',
  nEMO: 'nEMO (CC BY-NC-SA 4.0, **non-commercial**)',
  EmoGator: 'EmoGator (Apache-2.0)',
  GoEmotions: 'GoEmotions (CC BY 4.0)',
  MELD: 'MELD (GPL-3)',
  ...Object.fromEntries(
    Object.values(USER_CORPORA).map(({ title, terms, commercial }) => [
      title,
      `${title} (${terms}${commercial ? '' : '; **no commercial use**'})`,
    ]),
  ),
};

const minutes = (record: TrainingRecord): number =>
  record.cpuSeconds / 60 + (record.before ? minutes(record.before) : 0);

/** A card for each part, from its record, its cost and its figures. */
export function partCards(
  parts: readonly TrainingRecord[],
  results: Record<string, TestFigures>,
  costs: Record<string, PartCost>,
): string {
  const cards = parts.flatMap((record) => {
    const about = ABOUT[record.part];
    return about ? [card(about, record, results, costs[record.part])] : [];
  });
  return `## Card of each part\n\nThe legal note below holds for each of them.\n\n${cards.join('\n\n')}`;
}

function card(
  about: About,
  record: TrainingRecord,
  results: Record<string, TestFigures>,
  cost: PartCost | undefined,
): string {
  const size = cost
    ? `${cost.parameters.toLocaleString('en')} parameters, ${(cost.bytes / 1e6).toFixed(2)} MB, ${(cost.flop / 1e6).toFixed(1)} MFLOP ${about.cost}`
    : 'not measured';
  const ofUsers = USER_CORPUS_NAMES.flatMap((name) =>
    USER_CORPORA[name].modalities.filter((each) => each === record.part).map((each) => userTestName(name, each)),
  );
  const rows = [...about.sets, ...ofUsers].flatMap((name) => {
    const r = results[name];
    return r ? [[name, String(r.n), percent(r.accuracy), percent(r.uar), percent(r.macro_f1), r.ece.toFixed(3)]] : [];
  });
  const figures = rows.length > 0 ? `\n\n${table(['test set', 'n', 'accuracy', 'UAR', 'macro-F1', 'ECE'], rows)}` : '';
  return `### ${about.title}

${forWhom(corporaSeen(record))}

${about.what}

- Data and terms: ${corporaSeen(record)
    .map((name) => TERMS[name] ?? name)
    .join('; ')}.
- Made by \`${record.command}\`, seed ${record.seed}; ${minutes(record).toFixed(1)} CPU minutes in all.
- Size: ${size}.
- Intended use: ${about.use}
- Limits: ${about.limits}${figures}`;
}
