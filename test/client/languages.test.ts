import { afterEach, describe, expect, it } from 'vitest';
import { ClientError } from '../../client/lib/index.js';
import { en as overlayEnglish } from '../../client/lib/overlay/languages/en.js';
import { OverlayModel } from '../../client/lib/overlay/model.js';
import { overlayLanguage } from '../../client/lib/overlay/languages/known.js';
import { ofLanguage, speak, t } from '../../client/page/languages/current.js';
import { en, type PageWords } from '../../client/page/languages/en.js';
import { LANGUAGES, negotiate } from '../../client/page/languages/known.js';
import { sentenceOf } from '../../client/page/languages/sentence.js';
import { Told } from '../../client/page/session/told.js';

/** Everything that is said by fixed texts, by where it stands in the catalogue. */
function texts(words: object, at = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    const path = `${at}${key}`;
    if (typeof value === 'string') return [[path, value]];
    return typeof value === 'object' && value !== null ? texts(value as object, `${path}.`) : [];
  });
}

const others = Object.entries(LANGUAGES).filter(([tag]) => tag !== 'en');
afterEach(() => speak({ tag: 'en', words: en }));

describe.each(others)('the page in %s', (_tag, { load }) => {
  it('says all that it says in English, and nothing of it in English', async () => {
    const words = await load();
    const said = new Map(texts(words));
    // The compiler knows the keys; what may be empty it does not.
    expect([...said].filter(([, text]) => text.trim() === '')).toEqual([]);
    const sentences = texts(en).filter(([path, text]) => text.includes(' ') && said.get(path) === text);
    expect(sentences).toEqual([]);
  });

  it('tells emotions apart by their signs', async () => {
    const { letters } = (await load()).overlay;
    expect(new Set(Object.values(letters)).size).toBe(Object.keys(letters).length);
    for (const letter of Object.values(letters)) expect([...letter]).toHaveLength(1);
  });
});

describe('German', () => {
  const german = (): Promise<PageWords> => LANGUAGES.de!.load();

  it('writes numbers and lists as Germans do', async () => {
    const { format } = (await german()).overlay;
    expect(format.percent(0.82)).toBe('82\u00a0%');
    expect(format.likelihood(0.999)).toBe('> 99\u00a0%');
    expect(format.signed(-0.5)).toBe('−0,50');
    expect(format.together(['Gesicht', 'Stimme', 'Worte'])).toBe('Gesicht, Stimme und Worte');
  });

  it('is what the overlay says of somebody', () => {
    const { tag, words } = overlayLanguage('de-AT');
    expect(tag).toBe('de');
    expect(new OverlayModel({ staleAfterMs: 1 }).view(0, words)).toMatchObject({ headline: 'Analyse aus' });
  });

  it('is what an error says whose code is known, and what the page itself says stays', async () => {
    const refused = new ClientError('UNREACHABLE', 'no connection');
    expect(sentenceOf(refused)).toBe('no connection');
    speak({ tag: 'de', words: await german() });
    expect(sentenceOf(refused)).toBe(t().errors?.UNREACHABLE);
    expect(sentenceOf(new ClientError('A_LATER_CODE', 'something new'))).toBe('something new');
    expect(sentenceOf(new Told(t().told.removed))).toBe('Sie wurden aus dem Gespräch entfernt.');
  });
});

describe('the language', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [[null, 'fr-CA', 'de'], 'de'],
    [['DE'], 'de'],
    [['fr', 'en-US', 'de'], 'en'],
    [['xx', '', '-'], 'en'],
    [[], 'en'],
  ])('for %j is %s', (wishes, tag) => {
    expect(negotiate(wishes, ['en', 'de'])).toBe(tag);
  });

  it('is regional where somebody wishes it, and only of the language itself', () => {
    expect(ofLanguage('de', ['en-US', 'de-CH', 'de'])).toBe('de-CH');
    expect(ofLanguage('de', ['den-CA', 'en'])).toBe('de');
  });

  it('of the overlay falls back to English', () => {
    for (const tag of ['', 'fr', 'x-klingon', '-']) expect(overlayLanguage(tag).words).toBe(overlayEnglish);
  });
});
