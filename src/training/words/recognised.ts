import type { Rng } from '../rng.js';

/**
 * What a speech recogniser might have written for a text: "!" seldom, punctuation as a sentence has it or none at all,
 * and now and then a word that sounds alike, one lost, two run together or one torn apart, an apostrophe left out. The kinds of
 * error are those of English recognition (small function words are lost and taken for each other most: Goldwater et al. 2010).
 */
export function asRecognised(text: string, rng: Rng): string {
  // Typed, and of more than words.
  if (/\p{Extended_Pictographic}/u.test(text)) return text;
  const spoken = text
    .replace(/[*_~^#"()]/gu, ' ')
    .replace(/!+/gu, () => (rng.chance(0.15) ? '!' : '.'))
    .replace(/([.,?])[.,?!]+/gu, '$1')
    .replace(/\u2019/gu, "'");
  const bare = rng.chance(0.25);
  const unpunctuated = bare ? spoken.replace(/[.,;:?!]/gu, ' ') : spoken;
  // Some speakers are understood, and others badly: the rate is the text's, not the word's.
  const rate = rng.chance(0.5) ? 0 : rng.between(0, 0.25);
  const words = unpunctuated.split(/\s+/u).filter(Boolean);
  const heard = words.flatMap((word, i) => (rng.chance(rate) ? mistaken(word, words[i + 1], rng) : [word]));
  const joined = heard.join(' ').replaceAll(`${JOIN} `, '').replaceAll(JOIN, '');
  return bare || /[.?!]$/u.test(joined) ? joined : `${joined}.`;
}

/** Stands at the end of a word that runs into the next. */
const JOIN = '\u0001';

function mistaken(word: string, next: string | undefined, rng: Rng): string[] {
  const [, core = word, after = ''] = /^(.*?)([.,?!;:]*)$/u.exec(word) ?? [];
  const lower = core.toLowerCase();
  const alike = HOMOPHONES.get(lower);
  if (alike) return [alike[rng.below(alike.length)]! + after];
  if (core.includes("'") && rng.chance(0.7)) return [core.replaceAll("'", '') + after];
  if (FUNCTION_WORDS.has(lower)) return rng.chance(0.7) ? [] : [FUNCTIONS[rng.below(FUNCTIONS.length)]! + after];
  if (next && core.length < 5 && after === '') return [core + JOIN];
  if (core.length > 6 && rng.chance(0.4)) {
    const at = 3 + rng.below(core.length - 5);
    return [core.slice(0, at), core.slice(at) + after];
  }
  return [soundsLike(core, rng) + after];
}

/** One letter for another of like sound, or an ending lost. */
function soundsLike(word: string, rng: Rng): string {
  if (word.length < 4) return word;
  if (rng.chance(0.4)) return /(?:ed|s|d|t)$/u.test(word) ? word.replace(/(?:ed|s|d|t)$/u, '') : `${word}s`;
  const at = 1 + rng.below(word.length - 1);
  const like = LETTERS.find((letters) => letters.includes(word[at]!));
  if (!like) return word;
  return word.slice(0, at) + like[rng.below(like.length)]! + word.slice(at + 1);
}

const LETTERS = ['aeiou', 'bp', 'dt', 'gk', 'fv', 'sz', 'mn', 'lr'];
const FUNCTIONS = 'a the to of in on at is it and that for was as an or be so are'.split(' ');
const FUNCTION_WORDS = new Set(FUNCTIONS);
/** Groups of words that sound alike, or nearly; none with a word that negates. */
const GROUPS =
  'there their they’re|to too two|your you’re|its it’s|here hear|where wear|right write|new knew|one won|four for|son sun|' +
  'sea see|be bee|buy by bye|made maid|mail male|meet meat|peace piece|week weak|whole hole|would wood|wait weight|way weigh|' +
  'who’s whose|then than|are our|of off|in an|and end|him them|this these|his is|has as|were we’re|were where|well we’ll|' +
  'ill i’ll|head had|said set|bad bed|man men|live leave|feel fill|sit seat|ship sheep|think thing|thought fought|three free|' +
  'pair pear|tail tale|tire tired|past passed|least list|dear deer|great grate|steel steal|heal heel|road rode|scene seen|' +
  'gonna going|wanna want|kinda kind|cause because|yeah yes|okay ok|guys guy';
const HOMOPHONES = new Map<string, string[]>();
for (const group of GROUPS.replaceAll('’', "'").split('|')) {
  const words = group.split(' ');
  for (const word of words) {
    const others = words.filter((other) => other !== word);
    HOMOPHONES.set(word, [...(HOMOPHONES.get(word) ?? []), ...others]);
  }
}
