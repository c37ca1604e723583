import { describe, expect, it } from 'vitest';
import type { Words } from '../../client/lib/index.js';
import { roomFor, SubtitleModel } from '../../client/lib/overlay/subtitles.js';

const ROOM_FOR = 60;

const words = (segment: number, text: string, rest: Partial<Words> = {}): Words => ({
  ...{ type: 'words', room: 'room', participant: 'ann', segment, text },
  ...{ startMs: segment * 1000, endMs: segment * 1000 + 500, final: false, source: 'voice', language: 'en' },
  ...rest,
});

function setUp() {
  const model = new SubtitleModel();
  const at = (ms: number) => model.view(ms, ROOM_FOR).map(({ text }) => text);
  return { model, at };
}

describe('subtitles', () => {
  it('grow with partial words, are replaced by final ones, and are gone after five seconds without anything new', () => {
    const { model, at } = setUp();
    model.push(words(1, 'I am'), 0);
    model.push(words(1, 'I am not'), 600);
    expect(at(600)).toEqual(['I am not']);
    model.push(words(1, 'I am not sad.', { final: true }), 1200);
    expect(at(6199)).toEqual(['I am not sad.']);
    expect(at(6200)).toEqual([]);
  });

  it('keep what was said before beside what is said now, in the order in which it was said', () => {
    const { model, at } = setUp();
    model.push(words(2, 'second', { final: true }), 0);
    model.push(words(3, 'third'), 10);
    model.push(words(1, 'first', { final: true }), 20);
    expect(at(20)).toEqual(['first', 'second', 'third']);
    expect(at(5015)).toEqual(['first']);
  });

  it('take a late correction while there is something to correct; a partial text does not undo a final one', () => {
    const { model, at } = setUp();
    model.push(words(1, 'two bee', { final: true }), 0);
    model.push(words(2, 'or not'), 500);
    model.push(words(1, 'two'), 700);
    model.push(words(1, 'To be', { final: true }), 900);
    expect(at(900)).toEqual(['To be', 'or not']);
  });

  it('lose a piece that turned out to be nothing, and everything that is taken back', () => {
    const { model, at } = setUp();
    model.push(words(1, 'uh'), 0);
    model.push(words(2, 'yes'), 0);
    model.push(words(1, '', { final: true }), 10);
    model.push(words(3, ''), 10);
    expect(at(10)).toEqual(['yes']);
    model.clear();
    expect(at(10)).toEqual([]);
  });

  it('show what comes in one go page by page, each word once and long enough to be read, and the next text after it', () => {
    const { model, at } = setUp();
    const text = Array.from({ length: 22 }, (_, n) => `word${n}`).join(' ');
    model.push(words(1, text, { final: true, source: 'caption' }), 0);
    model.push(words(2, 'And then?', { final: true, source: 'caption' }), 100);
    const shown: string[] = [];
    let since = 0;
    let nextMs = 0;
    for (let ms = 0; ms < 40_000; ms += 100) {
      const [page, next] = at(ms);
      if (page === undefined) break;
      expect(page.length).toBeLessThanOrEqual(ROOM_FOR);
      if (next) nextMs ||= ms;
      if (page === shown.at(-1)) continue;
      if (shown.length > 0) expect(ms - since).toBeGreaterThanOrEqual(1500);
      since = ms;
      shown.push(page);
    }
    expect(shown.join(' ')).toBe(text);
    expect(nextMs).toBeGreaterThanOrEqual(65 * (text.length - 10));
    // Who types faster than anybody reads is not held up for more than ten seconds.
    for (let n = 10; n < 14; n++) model.push(words(n, text, { final: true }), 50_000);
    expect(at(60_000)).toHaveLength(4);
    // No blank in it, and longer than a page.
    model.push(words(3, 'x'.repeat(150), { final: true }), 100_000);
    expect(at(100_000)).toEqual(['x'.repeat(60)]);
  });

  it('hold a bounded number of pieces', () => {
    const { model, at } = setUp();
    for (let n = 1; n <= 100; n++) model.push(words(n, `piece ${n}`), n);
    expect(at(100)).toEqual([95, 96, 97, 98, 99, 100].map((n) => `piece ${n}`));
  });

  it('have room for fewer characters on a small tile', () => {
    const rooms = [200, 330, 616, 1200].map((width) => roomFor(width));
    expect(rooms).toEqual([...rooms].sort((a, b) => a - b));
    expect(rooms[0]).toBeGreaterThanOrEqual(24);
    expect(rooms[0]).toBeLessThan(60);
  });
});
