import { describe, expect, it } from 'vitest';
import type { AlignedWindow, TimedWords } from '../../src/streams/index.js';
import { WindowAligner } from '../../src/streams/index.js';
import { CountMeter } from '../inference/support/count-meter.js';

const T0 = 1_700_000_000_000;

/** A word a stretch: `said` is "word@from-to" in ms after T0, with spaces between. */
function piece(segment: number, said: string, arrivalMs: number, final = false): TimedWords {
  const words = said.split(' ').flatMap((part) => {
    const [, text, from, to] = /^(.+)@(\d+)-(\d+)$/.exec(part) ?? [];
    return text ? [{ text, startMs: T0 + Number(from), endMs: T0 + Number(to) }] : [];
  });
  const text = words.map((word) => word.text).join(' ');
  const [startMs, endMs] = [words[0]?.startMs ?? T0, words.at(-1)?.endMs ?? T0];
  return { text, startMs, endMs, arrivalMs: T0 + arrivalMs, segment, final, words };
}

function setUp() {
  const meter = new CountMeter();
  const aligner = new WindowAligner<number, number>({ meter });
  aligner.setTrack('words', true, false);
  aligner.advance(T0);
  const show = ({ startMs, revision, words }: AlignedWindow<number, number>) =>
    `${String((startMs - T0) / 1000)}.${String(revision)}: ${words.map(({ text }) => text).join(' ')}`.trim();
  const advance = (ms: number) => aligner.advance(T0 + ms).windows;
  return { aligner, meter, advance, shown: (ms: number) => advance(ms).map(show) };
}

describe('words of a piece of speech', () => {
  it('fall into the windows in which they were said, one by one', () => {
    const { aligner, shown } = setUp();
    aligner.pushWords(piece(1, 'I@100-300 am@800-1100 here@1200-1900', 2000));
    expect(shown(2200)).toEqual(['0.0: I am', '1.0: I am here']);
  });

  it('take the place of the partial ones: none counts twice, and a mistake goes', () => {
    const { aligner, shown } = setUp();
    aligner.pushWords(piece(1, 'I@100-300 scream@400-900', 1000));
    expect(shown(1200)).toEqual(['0.0: I scream']);
    aligner.pushWords(piece(1, 'ice@100-500 cream@500-900 is@1300-1500', 1600));
    expect(shown(1620)).toEqual(['0.1: ice cream']);
    aligner.pushWords(piece(1, '', 1700, true));
    expect(shown(1720)).toEqual(['0.2:']);
    expect(shown(2200)).toEqual(['1.0:']);
  });

  it('revise the windows in which something reads differently, and no other', () => {
    const { aligner, shown } = setUp();
    aligner.pushWords(piece(1, 'one@100-900 two@1100-1900 three@2100-2500', 2600));
    shown(3200);
    aligner.pushWords(piece(1, 'one@120-880 two@1090-1900 three@2100-2500 four@3100-3200', 3300));
    expect(shown(3320)).toEqual([]);
    aligner.pushWords(piece(1, 'one@120-880 too@1090-1900 three@2100-2500 four@3100-3200', 3400, true));
    expect(shown(3420)).toEqual(['1.1: one too']);
  });

  it('of another piece stay as they are', () => {
    const { aligner, shown } = setUp();
    aligner.pushWords(piece(1, 'yes@100-300', 400, true));
    aligner.pushWords(piece(2, 'no@500-800', 900));
    aligner.pushWords(piece(2, 'now@500-800', 950, true));
    expect(shown(1200)).toEqual(['0.0: yes now']);
  });

  it('are told to be new in the first window that they are in, also after a later result', () => {
    const { aligner, advance } = setUp();
    const said = (ms: number) => advance(ms).map(({ saidMs }) => saidMs.map((end) => end - T0));
    aligner.pushWords(piece(1, 'one@100-300 two@400-700', 900));
    expect(said(1200)).toEqual([[300, 700]]);
    aligner.pushWords(piece(1, 'one@100-300 two@420-720 three@750-950', 1300, true));
    expect(said(1320)).toEqual([[950]]);
    expect(said(2200)).toEqual([[]]);
  });

  it('are forgotten with the consent to words, whatever comes of the piece afterwards', () => {
    const { aligner, shown, meter } = setUp();
    aligner.pushWords(piece(1, 'secret@100-300', 400));
    aligner.setTrack('words', false, false);
    aligner.setTrack('voice', true, false);
    aligner.pushWords(piece(1, 'secret@100-300 plan@400-600', 700, true));
    expect(shown(1200)).toEqual(['0.0:']);
    expect(meter.counted('emostream_dropped_total', { stage: 'align', reason: 'words-off' })).toBe(2);
  });

  it('with a time that cannot be are not taken', () => {
    const { aligner, meter } = setUp();
    aligner.pushWords({ ...piece(1, 'a@100-300', 400), words: [{ text: 'a', startMs: NaN, endMs: T0 }] });
    expect(aligner.held).toBe(0);
    expect(meter.counted('emostream_dropped_total', { stage: 'align', reason: 'words-time' })).toBe(1);
  });
});
