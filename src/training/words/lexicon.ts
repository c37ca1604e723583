import type { Emotion } from '../../common/emotions.js';

export type Named = Exclude<Emotion, 'neutral'>;

/** Words of an emotion, by what they can stand for in a sentence. */
export interface EmotionWords {
  /** "I am …" */
  states: readonly string[];
  /** "It is …" */
  things: readonly string[];
  /** "I … it" */
  verbs: readonly string[];
  /** "There is … in it" */
  nouns: readonly string[];
}

const list = (text: string): readonly string[] => text.split(', ');

/** Common English words of the six emotions, by hand. */
export const LEXICON: Readonly<Record<Named, EmotionWords>> = {
  happy: {
    states: list(
      'happy, glad, pleased, delighted, thrilled, excited, cheerful, joyful, content, satisfied, proud, grateful, thankful, ' +
        'relieved, optimistic, hopeful, amused, enthusiastic, in love, overjoyed',
    ),
    things: list(
      'great, wonderful, fun, amazing, lovely, awesome, fantastic, beautiful, brilliant, funny, delightful, nice, good, ' +
        'enjoyable, pleasant, perfect, exciting, hilarious, impressive, sweet',
    ),
    verbs: list('love, like, enjoy, adore, appreciate, admire'),
    nouns: list('joy, fun, happiness, pleasure, love, beauty'),
  },
  sad: {
    states: list(
      'sad, unhappy, depressed, miserable, heartbroken, lonely, disappointed, gloomy, devastated, hurt, upset, sorry, down, ' +
        'crying, hopeless, grieving, homesick, in tears',
    ),
    things: list(
      'sad, depressing, tragic, heartbreaking, disappointing, painful, unfortunate, hopeless, awful, upsetting',
    ),
    verbs: list('regret, miss, mourn'),
    nouns: list('sorrow, grief, sadness, regret, misery, pain'),
  },
  angry: {
    states: list(
      'angry, mad, furious, annoyed, irritated, outraged, frustrated, pissed off, bitter, offended, fed up, cross, livid, enraged',
    ),
    things: list(
      'annoying, infuriating, outrageous, unfair, irritating, frustrating, stupid, ridiculous, rude, insulting',
    ),
    verbs: list('hate, resent, blame, despise'),
    nouns: list('anger, rage, hatred, fury'),
  },
  fearful: {
    states: list(
      'scared, afraid, terrified, worried, nervous, anxious, frightened, panicking, alarmed, tense, petrified, uneasy',
    ),
    things: list(
      'scary, terrifying, frightening, creepy, dangerous, alarming, worrying, spooky, threatening, horrifying',
    ),
    verbs: list('fear, dread, worry about'),
    nouns: list('fear, panic, terror, danger, horror'),
  },
  disgusted: {
    states: list('disgusted, grossed out, sickened, revolted, repulsed, nauseated, appalled'),
    things: list('disgusting, gross, nasty, revolting, vile, sickening, filthy, repulsive, yucky, foul, rotten'),
    verbs: list('loathe, detest'),
    nouns: list('disgust, filth, revulsion'),
  },
  surprised: {
    states: list('surprised, shocked, astonished, stunned, startled, amazed, speechless, taken aback'),
    things: list('surprising, shocking, astonishing, unexpected, unbelievable, startling, a surprise'),
    verbs: list('wonder about, marvel at'),
    nouns: list('surprise, shock, astonishment'),
  },
};

export const NAMED = Object.keys(LEXICON) as Named[];
