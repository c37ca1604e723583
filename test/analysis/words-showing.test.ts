import { describe, expect, it } from 'vitest';
import { MAX_SHOWN_CHARACTERS, WordsShowing } from '../../src/analysis/words-showing.js';
import { NO_CONSENT } from '../../src/common/consent.js';
import { wordsSchema } from '../../src/server/protocol.js';
import type { ShownWords } from '../../src/sfu/types.js';
import type { TimedWords } from '../../src/streams/index.js';
import { CountMeter } from '../inference/support/count-meter.js';

const HEARD = { ...NO_CONSENT, voice: true, words: true };

function setUp() {
  const told: ShownWords[] = [];
  const meter = new CountMeter();
  const time = { now: 10_000 };
  const subject = new WordsShowing({ clock: () => time.now, meter, tell: (words) => told.push(words) });
  let consent = NO_CONSENT;
  const agree = (next: typeof consent, showWords: boolean) => {
    subject.agreed(consent, { consent: next, showWords });
    consent = next;
  };
  /** Words said since the last pass of time. */
  const words = (text: string, rest: Partial<TimedWords> = {}): TimedWords => ({
    ...{ text, startMs: time.now - 10, endMs: time.now, arrivalMs: time.now },
    ...rest,
  });
  const hear = (text: string, rest: Partial<TimedWords> = {}) =>
    subject.recognised(words(text, rest), subject.showing?.term ?? 0);
  const pass = (ms = 1000) => (time.now += ms);
  const dropped = (reason: string) => meter.counted('emostream_dropped_total', { stage: 'words', reason });
  return { subject, told, agree, words, hear, pass, dropped, time };
}

describe('words on their way to those who may read them', () => {
  it('go nowhere without consent to words and the wish to show them', () => {
    const { subject, told, agree, words, hear, pass, dropped } = setUp();
    pass();
    expect(subject.caption(words('a'))).toBe(false);
    agree(HEARD, false);
    pass();
    expect([subject.showing, subject.caption(words('b'))]).toEqual([null, false]);
    agree({ ...HEARD, words: false }, true);
    pass();
    expect([subject.showing, subject.caption(words('c'))]).toEqual([null, false]);
    hear('d');
    expect(told).toEqual([]);
    expect(dropped('not-shown')).toBe(1);
  });

  it('are those that were said since they are shown', () => {
    const { subject, told, agree, words, hear, pass, dropped, time } = setUp();
    agree(HEARD, true);
    expect(subject.showing?.sinceMs).toBe(time.now);
    hear('said before', { startMs: time.now });
    expect(subject.caption(words('typed before', { startMs: time.now - 1 }))).toBe(false);
    pass();
    hear('said');
    expect(subject.caption(words('typed'))).toBe(true);
    expect(told.map(({ text, source }) => [text, source])).toEqual([
      ['said', 'voice'],
      ['typed', 'caption'],
    ]);
    expect(dropped('not-shown')).toBe(2);
  });

  it.each([
    ['the words are hidden', HEARD, false],
    ['consent to words is withdrawn', { ...HEARD, words: false }, true],
    ['consent to voice is withdrawn', { ...HEARD, voice: false }, true],
    ['the person leaves', null, false],
  ])('do not come late: %s, and given again at once', (_what, less, show) => {
    const { subject, told, agree, words, pass, dropped } = setUp();
    agree(HEARD, true);
    pass();
    const { term } = subject.showing!;
    const late = words('late');
    if (less) agree(less, show);
    else subject.close();
    subject.recognised(late, term);
    if (less) agree(HEARD, true);
    subject.recognised(late, term);
    pass();
    subject.recognised(words('also late'), term);
    expect(told).toEqual([]);
    expect(dropped('not-shown')).toBe(3);
  });

  it('of somebody who withdraws something else go on', () => {
    const { told, agree, hear, pass } = setUp();
    agree({ ...HEARD, face: true }, true);
    pass();
    hear('one', { segment: 7, final: false });
    agree(HEARD, true);
    hear('one two', { segment: 7, final: true });
    expect(told.map(({ segment, final }) => [segment, final])).toEqual([
      [1, false],
      [1, true],
    ]);
  });

  it('replace each other by the number of their piece, which is new for another process and another term', () => {
    const { subject, told, agree, words, hear, pass } = setUp();
    agree(HEARD, true);
    pass();
    hear('a', { segment: 3, final: false });
    hear('a b', { segment: 3 });
    hear('alone');
    subject.caption(words('typed'));
    hear('c', { segment: 4, final: false });
    // It was nothing: what was told of it is taken away. Of what nothing was told, nothing is.
    hear(' ', { segment: 4 });
    hear('', { segment: 5 });
    subject.moved();
    hear('other', { segment: 3 });
    expect(told.map(({ segment, text, final }) => [segment, text, final])).toEqual([
      [1, 'a', false],
      [1, 'a b', true],
      [2, 'alone', true],
      [3, 'typed', true],
      [4, 'c', false],
      [4, '', true],
      [5, 'other', true],
    ]);
  });

  it('are bounded in length, in number and in sense', () => {
    const { told, agree, hear, pass, dropped } = setUp();
    agree(HEARD, true);
    pass();
    // A pair of surrogates lies across the bound.
    hear(`${'😀'.repeat(600)}x`);
    const [{ text }] = told as [ShownWords];
    expect(text.length).toBeLessThanOrEqual(MAX_SHOWN_CHARACTERS);
    expect(text).toBe(`${'😀'.repeat(499)}x`);
    hear('when?', { endMs: Number.NaN });
    hear('never', { startMs: Number.NaN });
    expect([dropped('malformed'), dropped('not-shown')]).toEqual([1, 1]);
    told.length = 0;
    for (let n = 0; n < 500; n++) hear('again', { segment: 1, final: false });
    expect(told.length).toBe(10);
    // What is final is not lost for partial words that came before it.
    hear('and again', { segment: 1 });
    expect(told.at(-1)).toMatchObject({ final: true });
    for (let n = 0; n < 500; n++) hear('again', { segment: n });
    expect(told.length).toBeLessThan(60);
    expect(dropped('words-rate')).toBeGreaterThan(900);
    pass(60_000);
    hear('later');
    expect(told.at(-1)).toMatchObject({ text: 'later' });
    for (const words of told) {
      const message = { type: 'words', room: 'r', participant: 'p', language: null, ...words };
      expect(wordsSchema.safeParse(message).success).toBe(true);
    }
  });
});
