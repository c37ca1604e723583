import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_MS, PieceCutter } from '../../src/speech/piece-cutter.js';
import type { SpeechPiece } from '../../src/speech/speech-piece.js';
import { FRAME_MS, frames } from './support/frames.js';

function cut(drawing: string): { pieces: SpeechPiece[]; cutter: PieceCutter } {
  let ids = 0;
  const cutter = new PieceCutter(() => ++ids);
  return { pieces: frames(drawing).flatMap((frame) => cutter.push(frame)), cutter };
}

const place = ({ startMs, endMs }: SpeechPiece) => [startMs / FRAME_MS, endMs / FRAME_MS];
const speech = (seconds: number) => '#'.repeat(Math.round((1000 * seconds) / FRAME_MS));
const pause = '.'.repeat(30);

describe('pieces of speech', () => {
  it('begin a little before speech and end at a pause', () => {
    const { pieces, cutter } = cut(`${pause}${speech(1)}${pause}`);
    expect(pieces).toHaveLength(1);
    const [start, end] = place(pieces[0]!);
    expect(start).toBeLessThanOrEqual(pause.length - 5);
    expect(start).toBeGreaterThanOrEqual(pause.length - 20);
    expect(end).toBeGreaterThan(pause.length + speech(1).length);
    expect(cutter.piece).toBeNull();
    expect(pieces[0]!.voiced()).toEqual([[pause.length * FRAME_MS, (pause.length + speech(1).length) * FRAME_MS]]);
  });

  it('take in loud sound just before, of which voice activity was not sure yet, up to a second', () => {
    const begins = (drawing: string) => place(cut(`${drawing}${speech(1)}${pause}`).pieces[0]!)[0]!;
    // Half a second of loud sound before: it is in the piece, with a little more.
    expect(begins(`${'.'.repeat(40)}${'+'.repeat(15)}`)).toBeLessThan(40);
    expect(begins(`${'.'.repeat(40)}${'+'.repeat(4)}..${'+'.repeat(8)}`)).toBeLessThan(40);
    expect(begins('.'.repeat(60))).toBeGreaterThan(40);
    // Noise that goes on all the while is no beginning of a word.
    expect(begins('+'.repeat(60))).toBeGreaterThan(40);
  });

  it('go on over a short pause, and over sound that was lost within a word', () => {
    expect(cut(`${pause}${speech(0.5)}....${speech(0.5)}${pause}`).pieces).toHaveLength(1);
    const { pieces } = cut(`${pause}${speech(0.5)}   ${speech(0.5)}${pause}`);
    expect(pieces).toHaveLength(1);
    const samples = pieces[0]!.samples();
    expect(samples).toHaveLength((pieces[0]!.endMs - pieces[0]!.startMs) * 16);
    // Where sound is missing there is silence, and what follows is at its time.
    const at = (frame: number) => samples[(frame * FRAME_MS - pieces[0]!.startMs) * 16 + 8];
    const lost = pause.length + speech(0.5).length;
    expect([at(lost - 1), at(lost + 1), at(lost + 3)]).toEqual([Math.fround(0.1), 0, Math.fround(0.1)]);
  });

  it('end where sound is missing for longer, and where time goes back', () => {
    const { pieces } = cut(`${speech(0.5)}${' '.repeat(10)}${speech(0.5)}${pause}`);
    expect(pieces.map(({ speechMs }) => speechMs / FRAME_MS)).toEqual([speech(0.5).length, speech(0.5).length]);
    const cutter = new PieceCutter(() => 1);
    for (const frame of frames(speech(0.5), 5000)) cutter.push(frame);
    expect(frames(speech(0.1), 3000).flatMap((frame) => cutter.push(frame))).toHaveLength(1);
  });

  it('are cut at the quietest place when nobody pauses for eight seconds, and nothing is lost or twice', () => {
    const quiet = 200;
    const drawing = [...speech(12)];
    const cutter = new PieceCutter(() => 1);
    const pieces = frames(`${drawing.join('')}${pause}`).flatMap((frame, i) => {
      if (i >= quiet && i < quiet + 3) frame.samples.fill(0.001);
      return cutter.push(frame);
    });
    expect(pieces).toHaveLength(2);
    expect(place(pieces[0]!)[1]).toBe(quiet + 1);
    expect(pieces[1]!.startMs).toBe(pieces[0]!.endMs);
    expect(pieces[0]!.speechMs + pieces[1]!.speechMs).toBe(drawing.length * FRAME_MS);
  });

  it('hold all that is speech, once, in order, and are never long, whatever is heard', () => {
    const part = fc.tuple(fc.constantFrom('#', '#', '.', '+', ' '), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const drawing = parts.map(([mark, length]) => mark.repeat(length)).join('');
        const { pieces, cutter } = cut(drawing);
        const all = [...pieces, ...cutter.end()];
        let last = -Infinity;
        for (const piece of all) {
          expect(piece.lengthMs).toBeLessThanOrEqual(MOST_MS + FRAME_MS);
          expect(piece.startMs).toBeGreaterThanOrEqual(last);
          expect(piece.samples().length).toBe(Math.round(piece.lengthMs * 16));
          last = piece.endMs;
        }
        const heard = all.reduce((sum, { speechMs }) => sum + speechMs, 0);
        expect(heard).toBe([...drawing].filter((mark) => mark === '#').length * FRAME_MS);
      }),
      { numRuns: 200 },
    );
  });
});
