import { describe, expect, it } from 'vitest';
import { ActiveSpeaker } from '../../client/page/layout/speaker.js';

const LOUD = 0.2;
const QUIET = 0.001;

/** Hears the same levels every 200 ms from one time to another. @returns who has the word at the end */
function hear(speaker: ActiveSpeaker, levels: Record<string, number>, fromMs: number, toMs: number): string | null {
  let current: string | null = null;
  for (let at = fromMs; at <= toMs; at += 200) current = speaker.hear(new Map(Object.entries(levels)), at);
  return current;
}

describe('who speaks', () => {
  it('is nobody in silence, and nobody by a cough', () => {
    const speaker = new ActiveSpeaker();
    expect(hear(speaker, { ada: QUIET, bea: QUIET }, 0, 2000)).toBeNull();
    expect(hear(speaker, { ada: LOUD, bea: QUIET }, 2200, 2400)).toBeNull();
  });

  it('is who speaks for a while, through short pauses, until they are silent', () => {
    const speaker = new ActiveSpeaker();
    expect(hear(speaker, { ada: LOUD, bea: QUIET }, 0, 1000)).toBe('ada');
    expect(hear(speaker, { ada: QUIET, bea: QUIET }, 1200, 2400)).toBe('ada');
    expect(hear(speaker, { ada: QUIET, bea: QUIET }, 2600, 4000)).toBeNull();
  });

  it('stays who began when another falls in, and is the other when the first pauses', () => {
    const speaker = new ActiveSpeaker();
    hear(speaker, { ada: LOUD, bea: QUIET }, 0, 1000);
    expect(hear(speaker, { ada: LOUD, bea: 2 * LOUD }, 1200, 3000)).toBe('ada');
    expect(hear(speaker, { ada: QUIET, bea: LOUD }, 3200, 4200)).toBe('bea');
  });

  it('is nobody who went', () => {
    const speaker = new ActiveSpeaker();
    hear(speaker, { ada: LOUD }, 0, 1000);
    expect(hear(speaker, { bea: QUIET }, 1200, 1200)).toBeNull();
    expect([...speaker.spokeMs.keys()]).toEqual([]);
  });
});
