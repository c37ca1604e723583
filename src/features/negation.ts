/**
 * Which words of a text lie in the scope of a negation: those after "not", "never", "nothing", … up to the end of the clause
 * (Das and Chen 2001; Pang et al. 2002). The network learns what becomes of an emotion there (words-encoder.ts). The rules are
 * English's, as the network's words are.
 */

const words = (text: string): Set<string> => new Set(text.split(' '));

/** A word that negates; a verb with "n't" does too, and without its apostrophe where that is no other word. */
const NEGATORS = words(
  'not no never nothing nobody none neither nor nowhere without hardly barely scarcely rarely seldom cannot ' +
    'dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt havent hasnt hadnt aint',
);
/** Pairs that negate what follows the second. */
const PAIRS = new Map([
  ['far', words('from')],
  ['anything', words('but')],
  ['less', words('than')],
  ['free', words('of from')],
  ['lack', words('of')],
  ['lacks', words('any')],
  ['stopped', words('being feeling')],
  ['stop', words('being feeling')],
  ['quit', words('being feeling')],
  ['failed', words('to')],
  ['fails', words('to')],
]);
/** After a negator these make another thing of it: "not only", "no wonder", "can't wait", "nothing but". */
const UNDONE: readonly (readonly [RegExp, Set<string>])[] = [
  [/^not$/u, words('only just merely to gonna')],
  [/^no$/u, words('wonder doubt kidding way matter problem worries')],
  [/^(?:nothing|none)$/u, words('but other')],
  [/^(?:can(?:no|'?)t|couldn'?t)$/u, words('wait stand believe stop help bear take resist imagine')],
];
/** "Never been so glad", "nothing better", "couldn't be happier": the strongest there is, not none of it. */
const ABSOLUTE = /^(?:never|nothing|nobody)$/u;
const UNABLE = /^(?:can(?:no|'?)t|couldn'?t)$/u;
const COMPARED = /^(?:more|better|worse|\p{L}{2,}ier)$/u;
const DEGREE = /^(?:so|such)$/u;

const END = /^(?:[.,;:!?]+|\p{Extended_Pictographic}.*|<.*)$/u;
const CONJUNCTIONS = words('but because cause though although however yet unless until till while whereas');
/** A subject begins a clause of its own, unless the verb before is one of saying or thinking: "I don't think he is …". */
const SUBJECT = /^(?:i|he|she|we|they|(?:i|he|she|we|they|you|it|that|there|this)'(?:m|s|re|ll|d|ve)|im|ive)$/u;
const SAYING = words(
  'say said think thought believe feel felt guess suppose imagine know claim pretend find mean that like as if how',
);
/** "Isn't that lovely", "don't you love it": a question or an exclamation, not a denial. */
const ASKED = words('i you he she it we they this that these those there the');
/** Words at most: recognition may write no punctuation. */
const LONGEST = 8;

const negates = (token: string): boolean => NEGATORS.has(token) || token.endsWith("n't");

/** @param tokens of `tokenise` @returns for each, whether it is in the scope of a negation */
export function negatedTokens(tokens: readonly string[]): boolean[] {
  const inScope = tokens.map(() => false);
  for (let i = 0; i < tokens.length; i++) {
    const paired = PAIRS.get(tokens[i]!)?.has(tokens[i + 1] ?? '') === true;
    if (!paired && !negates(tokens[i]!)) continue;
    if (!paired && isUndone(tokens, i)) continue;
    const start = i + (paired ? 2 : 1);
    const end = endOfScope(tokens, start);
    if (!paired && isSuperlative(tokens[i]!, tokens.slice(start, end))) continue;
    inScope.fill(true, start, end);
  }
  return inScope;
}

function isUndone(tokens: readonly string[], i: number): boolean {
  const [token, next] = [tokens[i]!, tokens[i + 1] ?? ''];
  if (UNDONE.some(([negator, by]) => negator.test(token) && by.has(next))) return true;
  if (!/n'?t$/u.test(token) || token === 'not' || !ASKED.has(next)) return false;
  const before = tokens[i - 1];
  return (
    before === undefined || END.test(before) || CONJUNCTIONS.has(before) || /^(?:and|oh|well|why|wow)$/u.test(before)
  );
}

function isSuperlative(negator: string, scope: readonly string[]): boolean {
  if (!ABSOLUTE.test(negator)) return UNABLE.test(negator) && scope.some((token) => COMPARED.test(token));
  // "Never felt this good", but not "never sad this time".
  const degree = (token: string, i: number): boolean =>
    DEGREE.test(token) || (token === 'this' && /^(?:been|be|felt|feel)$/u.test(scope[i - 1] ?? ''));
  return scope.some((token, i) => COMPARED.test(token) || degree(token, i));
}

function endOfScope(tokens: readonly string[], start: number): number {
  let end = start;
  while (end < tokens.length && end - start < LONGEST) {
    const token = tokens[end]!;
    if (END.test(token) || CONJUNCTIONS.has(token)) break;
    if (SUBJECT.test(token) && !SAYING.has(tokens[end - 1] ?? '')) break;
    end++;
  }
  return end;
}
