import { describe, expect, it } from 'vitest';
import { formatEvent, formatMissed } from '../../src/cli/watch.js';
import { emotionEvent } from './support/scripted-server.js';

const off = { state: 'off', present: false, weight: 0, scores: null, quality: {} } as const;

describe('a line of emostream watch', () => {
  it('has its columns in the same place, whatever the event says', () => {
    const short = formatEvent(emotionEvent(1, { participant: 'a' }));
    const long = formatEvent(
      emotionEvent(2, {
        participant: 'a-very-long-participant-id',
        label: 'disgusted',
        confidence: 1,
        uncertain: true,
        valence: -1,
        voice: off,
        latency: { ...emotionEvent(1).latency, total: 1234.5 },
      }),
    );
    const empty = formatEvent(
      emotionEvent(3, { label: null, valence: null, arousal: null, voice: { ...off, state: 'live' } }),
    );
    for (const column of ['valence', 'arousal', 'face', 'voice', 'words']) {
      expect(long.indexOf(column), column).toBe(short.indexOf(column));
      expect(empty.indexOf(column), column).toBe(short.indexOf(column));
    }
    expect(long).toContain('disgusted?');
    expect(empty).toContain('voice absent');
  });

  it('has the other faces before the camera at its end', () => {
    const box = { x: 0, y: 0, width: 0.1, height: 0.1 };
    const faces = [
      { id: '1', judged: true, box, label: 'sad' as const, uncertain: false },
      { id: '2', judged: false, box, label: 'happy' as const, uncertain: true },
      { id: '3', judged: false, box, label: null },
    ];
    expect(formatEvent(emotionEvent(1, { faces }))).toMatch(/ms {2}face 2 happy\? {2}face 3 –$/);
  });

  it('says what happened besides emotions', () => {
    const who = { room: 'r', participant: 'p', epoch: 'e', seq: 1 };
    const at = { ...who, at: 0 };
    const analysed = { face: true, voice: false, words: true };
    expect(formatEvent({ type: 'begin', ...at, analysed })).toBe(
      '00:00:00  p             analysis begins: face, words',
    );
    expect(formatEvent({ type: 'end', ...at, reason: 'timed-out' })).toContain('analysis ends: timed-out');
    const window = { start: 61_000, end: 62_000 };
    const gap = formatEvent({ type: 'gap', ...who, window, reason: 'overloaded' });
    expect(gap).toBe('00:01:01  p             no result: overloaded');
  });

  it('says what is missing and why', () => {
    expect(formatMissed({ epoch: 'e', fromSeq: 3, toSeq: 3, reason: 'forgotten' })).toBe(
      'missing: event 3 (whoever they are about withdrew consent or left)',
    );
    expect(formatMissed({ epoch: 'e', fromSeq: 3, toSeq: null, reason: 'other-epoch' })).toBe(
      'missing: events from 3 on (the room, or the server, began anew)',
    );
  });

  it('marks a revision', () => {
    expect(formatEvent(emotionEvent(1, { revision: 2 }))).toMatch(/revision 2$/);
  });
});
