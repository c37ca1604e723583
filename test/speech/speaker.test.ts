import { describe, expect, it } from 'vitest';
import { type Said, Speaker, type Spoken } from '../../src/speech/speaker.js';
import { FRAME_MS, frames } from './support/frames.js';

interface Asked {
  spoken: Spoken;
  partial: boolean;
  atMs: number;
}

/** A speaker whose recogniser is the test's. */
function setUp({ everyMs = 500, streaming = false } = {}) {
  const asked: Asked[] = [];
  const told: Said[] = [];
  let ids = 0;
  let at = 0;
  const speaker = new Speaker({
    streaming,
    newId: () => ++ids,
    everyMs: () => everyMs,
    ask: (spoken, partial) => asked.push({ spoken, partial, atMs: at }),
    tell: (said) => told.push(said),
  });
  const hear = (drawing: string) => {
    for (const frame of frames(drawing, at)) {
      at = frame.mediaTime + FRAME_MS;
      speaker.push(frame);
    }
  };
  /** The recogniser takes the piece as it is now; its answer comes with the returned function. */
  const take = (spoken: Spoken) => {
    const { heard } = speaker.sound(spoken);
    return (text: string) => speaker.recognised(spoken, { text, tokens: [], timestamps: [] }, heard);
  };
  const answer = (text: string) => take(asked.at(-1)!.spoken)(text);
  const shown = () => told.map(({ text, final }) => `${text}${final ? '.' : '…'}`);
  return { speaker, asked, told, hear, take, answer, shown };
}

const second = '#'.repeat(31);
const pause = '.'.repeat(30);
/** So much silence that what was said is recognised as a whole, and no pause yet. */
const settled = '.'.repeat(14);

describe('one person who speaks', () => {
  it('is asked about now and then while they speak, and as a whole when they pause', () => {
    const { asked, hear, answer, shown } = setUp();
    hear(second);
    expect(asked.map(({ partial }) => partial)).toEqual([true]);
    answer('kids are');
    hear(second);
    answer('kids are talking by');
    const partial = asked.length;
    expect(asked.every((one) => one.partial)).toBe(true);
    expect(asked[1]!.atMs - asked[0]!.atMs).toBeGreaterThanOrEqual(500);
    hear(`#${settled}`);
    expect(asked.length).toBe(partial + 1);
    expect(asked.at(-1)!.partial).toBe(false);
    answer('kids are talking by the door');
    hear(pause);
    // The pause adds nothing: what is known is final, and nobody is asked again.
    expect(asked.length).toBe(partial + 1);
    expect(shown()).toEqual([
      'kids are…',
      'kids are talking by…',
      'kids are talking by the door…',
      'kids are talking by the door.',
    ]);
  });

  it('is told with the time of each word and the piece that all of them are of', () => {
    const { told, hear, answer } = setUp();
    hear(`${pause}${second}${settled}`);
    answer('yes no');
    hear(pause);
    expect(new Set(told.map(({ segment }) => segment)).size).toBe(1);
    const { words = [], startMs, endMs } = told.at(-1)!;
    expect(words.map(({ text }) => text)).toEqual(['yes', 'no']);
    expect([startMs, endMs]).toEqual([words[0]!.startMs, words[1]!.endMs]);
    expect(words[0]!.startMs).toBe(pause.length * FRAME_MS);
    expect(words[1]!.endMs).toBeCloseTo((pause.length + second.length) * FRAME_MS, 6);
  });

  it('who speaks on after a short pause is asked about again', () => {
    const { asked, hear, answer, shown } = setUp({ everyMs: Infinity });
    hear(`${second}${settled}`);
    answer('well');
    hear(`${second}${settled}`);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.spoken).toBe(asked[0]!.spoken);
    answer('well yes');
    hear(pause);
    expect(shown()).toEqual(['well…', 'well yes…', 'well yes.']);
  });

  it('is told what is final also when the recogniser answers after the pause', () => {
    const { asked, hear, take, shown } = setUp({ everyMs: Infinity });
    hear(`${second}${settled}`);
    const later = take(asked[0]!.spoken);
    hear(pause);
    expect(asked).toHaveLength(1);
    later('late');
    expect(shown()).toEqual(['late.']);
  });

  it('a piece that was cut is recognised again without what is of the next one', () => {
    const { asked, hear, take, answer, shown, told } = setUp({ everyMs: 7000 });
    hear(second.repeat(7).concat('###'));
    const early = take(asked[0]!.spoken);
    hear(second.repeat(2));
    expect(asked.at(-1)!.partial).toBe(false);
    early('all of it');
    expect(told).toEqual([]);
    answer('half of it');
    expect(shown()).toEqual(['half of it.']);
  });

  it('partial words that turn out to be none are taken back; long speech is not without words', () => {
    const { hear, answer, shown } = setUp({ everyMs: 500 });
    hear(`${'+'.repeat(10)}${'#'.repeat(20)}`);
    answer('hm');
    hear(settled);
    answer('');
    hear(pause);
    expect(shown()).toEqual(['hm…', '…', '.']);
    const long = setUp({ everyMs: 500 });
    long.hear(second.repeat(2));
    long.answer('what I said');
    long.hear(settled);
    long.answer('');
    long.hear(pause);
    expect(long.shown()).toEqual(['what I said…', 'what I said.']);
  });

  it('a piece that was dropped or failed is final as far as it is known, and not tried again', () => {
    const { speaker, asked, hear, answer, shown } = setUp();
    hear(second);
    answer('so far');
    hear(`${second}${settled}`);
    const { spoken } = asked.at(-1)!;
    speaker.sound(spoken);
    speaker.lost(spoken, false);
    const before = asked.length;
    hear(pause);
    expect(asked).toHaveLength(before);
    expect(shown().at(-1)).toBe('so far.');
    // A partial one that was dropped changes nothing: the whole is asked for.
    const other = setUp();
    other.hear(second);
    other.speaker.lost(other.asked[0]!.spoken, true);
    other.hear(settled);
    expect(other.asked.at(-1)!.partial).toBe(false);
  });

  it('a model that takes sound as it comes is told that a piece is over', () => {
    const { speaker, asked, hear, answer, shown } = setUp({ streaming: true, everyMs: Infinity });
    hear(`${second}${settled}`);
    answer('and so');
    hear(pause);
    expect(asked).toHaveLength(2);
    expect(speaker.sound(asked[1]!.spoken).sound.final).toBe(true);
    answer('and so on');
    expect(shown()).toEqual(['and so…', 'and so on.']);
  });
});
