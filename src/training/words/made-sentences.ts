import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { emojiOf } from '../../features/emoji.js';
import type { Rng } from '../rng.js';
import { KIN, SITUATIONS } from './situations.js';
import { LEXICON, NAMED, type EmotionWords, type Named } from './lexicon.js';

/** A sentence made for training, with the distribution that it is taught. */
export interface MadeSentence {
  text: string;
  /** In the order of EMOTIONS; sums to 1. */
  target: number[];
}

type Shares = Partial<Record<Emotion, number>>;

/** What is not given is spread evenly over the others. */
function distribution(shares: Shares): number[] {
  const given = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const others = EMOTIONS.length - Object.keys(shares).length;
  return EMOTIONS.map((emotion) => shares[emotion] ?? (1 - given) / others);
}

/**
 * A denied emotion is mostly none, sometimes its opposite: who says that they are not happy may be sad, angry, or neither. So
 * the shares are soft, and for pleasant ones so even that the answer is `uncertain`.
 */
function denied(emotion: Named): number[] {
  if (emotion === 'happy') return distribution({ neutral: 0.38, sad: 0.24, angry: 0.16, disgusted: 0.1, happy: 0.05 });
  if (emotion === 'surprised') return distribution({ neutral: 0.76, happy: 0.06, surprised: 0.06 });
  return distribution({ neutral: 0.62, happy: 0.2, [emotion]: 0.05 });
}

const affirmed = (emotion: Named): number[] => distribution({ [emotion]: 0.82, neutral: 0.08 });

/** `{…}`: one word of the emotion, by its part in the sentence. `|` divides frames. */
const frames = (text: string): readonly string[] => text.split('|').map((frame) => frame.trim());

const DENYING = frames(
  `I am not {states} about that | I'm not {states} any more | I'm not really {states} | I'm not that {states} | I was not {states} then |
  we are not all {states} | we're not exactly {states} | she isn't {states} with us | he's not {states} today | they weren't {states} at all |
  you don't look {states} | you didn't seem {states} | I don't feel {states} any longer | I do not feel very {states} | I didn't feel {states} |
  I've never felt {states} there | she has never been {states} | I never get {states} | nobody here is {states} | nobody was {states} there |
  no one seems {states} to me | none of us were {states} | I'm no longer {states} | I am hardly {states} with it | we were barely {states} |
  not {states} at all | not very {states} | I wouldn't say I'm {states} | I can't claim to be {states} | I don't think he's {states} |
  I don't believe they are {states} | nothing about it makes me {states} | they are anything but {states} | I'm far from being {states} |
  I stopped being {states} | my brother isn't {states} | don't be {states} | there's no reason to be {states} |
  it's not {things} to me | it isn't really {things} | that wasn't {things} at all | this is not so {things} | the film wasn't {things} |
  the food isn't {things} | these aren't {things} | it was never {things} for us | there's nothing {things} in here | nothing was {things} |
  I didn't find it {things} | I don't find that {things} | I don't think it's {things} | I wouldn't call it {things} | it's hardly {things} |
  it was far from {things} | that's anything but {things} | it doesn't sound {things} | it wasn't even {things} | not a {things} thing |
  it's less than {things} | it's by no means {things} | I can't say it was {things} | it doesn't seem {things} to us |
  I don't {verbs} it much | I don't {verbs} him at all | we didn't {verbs} that | I never {verbs} anything | she doesn't {verbs} them |
  I can't say I {verbs} it much | nobody would {verbs} this | I wouldn't {verbs} that | he won't {verbs} you | I hardly {verbs} it |
  I do not {verbs} this | they never did {verbs} us |
  there is no {nouns} in it | I felt no {nouns} | without any {nouns} | I don't feel any {nouns} | there was never any {nouns} |
  there's no {nouns} left | she showed no {nouns} | not much {nouns} in this | I have no {nouns} for them`,
);

const AFFIRMING = frames(
  `I am {states} about that | I'm so {states} | I was {states} then | we are all {states} | she is {states} with us | you look {states} |
  I feel quite {states} | I felt really {states} | everybody here is {states} | they seem {states} to me | I'm still {states} | very {states} |
  I think he's {states} | it makes me {states} | my brother is {states} | it's {things} | it was really {things} | that is so {things} |
  the film was {things} | these are {things} | I find that {things} | I think it's {things} | it sounds {things} | how {things} |
  I {verbs} it | I really {verbs} him | we {verbs} that | I feel {nouns} | I was full of {nouns}`,
);

/** Negators that deny nothing: the feeling is there, often strongly. */
const STRONG = frames(
  `I've never been so {states} | I have never been more {states} | never felt this {states} | I couldn't be more {states} |
  isn't that {things} | wasn't it {things} | aren't they {things} | isn't it just {things} | I've never seen anything so {things} |
  nothing is more {things} than this | it's not only {things} it's {things} | not only am I {states} | no wonder I'm {states} |
  I can't believe how {things} it is | I can't help being {states} | no doubt I'm {states} | don't you think it's {things}`,
);

/** Set phrases of which the words say another thing. */
const PHRASES: readonly (readonly [string, Shares])[] = [
  [
    "can't wait to be there|I cannot wait|can't wait for the weekend|couldn't be happier|couldn't ask for more|it doesn't get better than this|never been better|can't stop laughing|can't stop smiling|you can't help but smile",
    { happy: 0.82 },
  ],
  [
    "can't stand it|I cannot stand them|I can't stand this any more|can't take this any more|I've had enough, no more|won't put up with it",
    { angry: 0.6, disgusted: 0.2 },
  ],
  [
    "can't stop crying|couldn't hold back the tears|I can't go on like this|life isn't the same without you|it'll never be the same",
    { sad: 0.82 },
  ],
  [
    "can't believe it|I can't believe you did that|no way|you've got to be kidding, no|never saw it coming|didn't expect that at all",
    { surprised: 0.7, neutral: 0.1 },
  ],
  [
    "I can't breathe, something is out there|I can't sleep, I keep hearing noises|I don't dare go in|please don't let it get me",
    { fearful: 0.75 },
  ],
  [
    "not bad|not bad at all|no problem|not too bad|no worries|don't worry about it|never mind",
    { neutral: 0.5, happy: 0.36 },
  ],
  [
    "I don't know|I'm not sure|not yet|I don't have it here|it isn't on the list|we haven't started|nothing new|she's not in today|no, not on Monday|I didn't get the mail|there are no seats left|that's not the right page",
    { neutral: 0.88 },
  ],
];

const OPENERS = [
  '',
  '',
  '',
  '',
  '',
  'well, ',
  'look, ',
  'honestly, ',
  'you know, ',
  'no, ',
  'yes, ',
  'and ',
  'so ',
  'oh, ',
];
const CLOSERS = [
  '',
  '',
  '',
  '',
  '',
  ' today',
  ' right now',
  ' to be honest',
  ' actually',
  ', you know',
  ' this time',
  ' here',
];
const ENDS = ['.', '.', '.', '.', '', '', '!', '...'];
/** Things said that show nothing. */
const PLAIN = [
  'see you tomorrow',
  'ok',
  'I am on my way',
  'the bus leaves at six',
  'yes',
  'call me later',
  'it starts on Monday',
  'I sent it',
  'we are in room four',
  'that was yesterday',
  'he said so',
  'look at this',
] as const;

const oneOf = <T>(items: readonly T[], rng: Rng): T => items[rng.below(items.length)]!;

const fill = (frame: string, emotion: Named, rng: Rng): string =>
  frame.replace(/\{(\w+)\}/gu, (_, part: keyof EmotionWords) => oneOf(LEXICON[emotion][part], rng));

/** Two fifths deny an emotion; the rest is what is to stay apart from it: affirming, strong, set phrases, situations, and emoji. */
export function makeSentence(rng: Rng): MadeSentence {
  const kind = rng.next();
  const emotion = oneOf(NAMED, rng);
  if (kind < 0.4) return { text: dressed(fill(oneOf(DENYING, rng), emotion, rng), rng), target: denied(emotion) };
  if (kind < 0.58) return { text: dressed(fill(oneOf(AFFIRMING, rng), emotion, rng), rng), target: affirmed(emotion) };
  if (kind < 0.65) return { text: dressed(fill(oneOf(STRONG, rng), emotion, rng), rng), target: affirmed(emotion) };
  if (kind < 0.73) {
    const [texts, shares] = oneOf(PHRASES, rng);
    return { text: dressed(oneOf(texts.split('|'), rng), rng), target: distribution(shares) };
  }
  return kind < 0.9 ? situation(rng) : withEmoji(rng);
}

/** Lines that tell what happened. They may mean other things, so that the shares are softer than where a feeling is named. */
function situation(rng: Rng): MadeSentence {
  const emotion = oneOf(EMOTIONS, rng);
  const text = oneOf(SITUATIONS[emotion], rng).replace('{kin}', () => oneOf(KIN, rng));
  const shares: Shares = emotion === 'neutral' ? { neutral: 0.8 } : { [emotion]: 0.62, neutral: 0.14 };
  return { text: /[?!]$/u.test(text) ? oneOf(OPENERS, rng) + text : dressed(text, rng), target: distribution(shares) };
}

function dressed(text: string, rng: Rng): string {
  return oneOf(OPENERS, rng) + text + oneOf(CLOSERS, rng) + oneOf(ENDS, rng);
}

const PICTURES = [
  '🍕',
  '🚗',
  '⚽',
  '🐶',
  '🌳',
  '🏠',
  '📎',
  '✈',
  '🕐',
  '🍎',
  '🚲',
  '📅',
  '☕',
  '🐟',
  '🖥',
  '🔑',
] as const;

/** Emoji alone, or after words that show nothing. */
function withEmoji(rng: Rng): MadeSentence {
  const alone = rng.chance(0.6);
  const words = alone ? '' : `${oneOf(PLAIN, rng)} `;
  const share = alone ? 0.8 : 0.7;
  const which = rng.below(NAMED.length + 3);
  const times = (emoji: string): string => words + emoji.repeat(rng.chance(0.7) ? 1 : 2 + rng.below(2));
  if (which === NAMED.length)
    return { text: times(oneOf(emojiOf('neutral'), rng)), target: distribution({ neutral: 0.8 }) };
  if (which === NAMED.length + 1) {
    const shares = { neutral: 0.32, happy: 0.2, surprised: 0.16, angry: 0.12 };
    return { text: times(oneOf(emojiOf('mixed'), rng)), target: distribution(shares) };
  }
  if (which === NAMED.length + 2)
    return { text: times(oneOf(PICTURES, rng)), target: distribution({ neutral: 0.7, happy: 0.12 }) };
  const emotion = NAMED[which]!;
  return {
    text: times(oneOf(emojiOf(emotion), rng)),
    target: distribution({ [emotion]: share, neutral: alone ? 0.06 : 0.16 }),
  };
}
