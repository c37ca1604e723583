import { expect, it } from 'vitest';
import { shownWords } from '../../src/analysis/child/shown-words.js';
import type { Showing } from '../../src/analysis/messages.js';
import type { TimedWords } from '../../src/streams/index.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { marbles } from '../support/marbles.js';

it('words leave the process only while they are shown, only those said since, and name the term in which they left', () => {
  marbles((time) => {
    const meter = new CountMeter();
    const showing = (term: number, sinceMs: number): { showing: Showing } => ({ showing: { term, sinceMs } });
    const said = (startMs: number): TimedWords => ({ text: 'x', startMs, endMs: startMs + 1, arrivalMs: 0 });
    const words = { a: said(1), b: said(2), c: said(6), d: said(7), e: said(8), f: said(20) };
    const terms$ = time.cold('n----s------n--t----', { n: { showing: null }, s: showing(1, 6), t: showing(2, 15) });
    const word$ = time.hot<TimedWords>('-a----bcd----e--ef', words);
    const told = (key: keyof typeof words, term: number) => ({ type: 'words' as const, words: words[key], term });
    time
      .expectObservable(word$.pipe(shownWords(terms$, meter)), '^-------------------!')
      .toBe('--------d--------f', { d: told('d', 1), f: told('f', 2) });
    time.flush();
    // Of what was said while nothing was shown nothing was to be told; what was said before is counted.
    expect(meter.counted('emostream_dropped_total', { stage: 'words', reason: 'before-shown' })).toBe(3);
  });
});
