const HOW = [
  'amber',
  'bold',
  'brisk',
  'calm',
  'clear',
  'cosy',
  'crisp',
  'eager',
  'fair',
  'fresh',
  'glad',
  'kind',
  'mild',
  'quick',
  'quiet',
  'warm',
];
const WHAT = [
  'alder',
  'birch',
  'brook',
  'cedar',
  'cliff',
  'cloud',
  'fern',
  'grove',
  'heron',
  'lake',
  'maple',
  'meadow',
  'otter',
  'river',
  'robin',
  'willow',
];
/** Without those that are taken for one another when read out. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';
const SIGN_COUNT = 6;

/**
 * A room that nobody else is in: two words to be said aloud and six signs that nobody guesses (about 38 bits with them).
 * @param random whole numbers from 0 to below what is asked for
 */
export function suggestRoom(random: (below: number) => number = secureRandom): string {
  const pick = <T>(from: ArrayLike<T>): T => from[random(from.length)] as T;
  const signs = Array.from({ length: SIGN_COUNT }, () => pick(SIGNS)).join('');
  return `${pick(HOW)}-${pick(WHAT)}-${signs}`;
}

/** The bias of the rest by so small numbers is less than one in ten million. */
const secureRandom = (below: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below;
