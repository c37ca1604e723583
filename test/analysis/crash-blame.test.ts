import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrashLedger } from '../../src/analysis/crash-ledger.js';
import { CrashMarker, MarkerWriter } from '../../src/analysis/crash-marker.js';
import { TrackOwners } from '../../src/analysis/track-owners.js';
import { openFiles } from './support/processes.js';

const MINUTE = 60_000;
const PEOPLE = 6;
const owner = (key: number) => ({ key, who: { room: 'room', participant: `p${String(key)}` } });

/** One process's life: packets of these tracks are decoded in turn; it ends in the last one's decoder, or between two. */
const life = fc.record({
  tracks: fc.array(fc.nat(2 * PEOPLE - 1), { minLength: 1, maxLength: 40 }),
  ends: fc.constantFrom('in the decoder' as const, 'between' as const, 'between' as const),
  leavesAtOnce: fc.boolean(),
});

describe('who is blamed for the end of a process', () => {
  it('is the one whose media were decoded then, gone or not, and never anybody else', () => {
    let blamed = 0;
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 20 }), (lives) => {
        const ledger = new CrashLedger();
        const guilty = new Map<number, number>();
        lives.forEach(({ tracks, ends, leavesAtOnce }, now) => {
          const marker = new CrashMarker();
          const writer = new MarkerWriter(marker.fd);
          const owners = new TrackOwners(() => now);
          const handles = Array.from({ length: 2 * PEOPLE }, (_, i) => owners.register(owner(i >> 1)));
          for (const track of tracks) writer.set(handles[track]!);
          const culprit = ends === 'in the decoder' ? tracks.at(-1)! >> 1 : null;
          if (culprit === null) writer.set(0);
          if (leavesAtOnce) for (const handle of handles) owners.release(handle);
          const handle = marker.read();
          marker.close();
          const found = handle === null ? undefined : owners.whose(handle);
          expect(found?.key ?? null).toBe(culprit);
          if (!found || culprit === null) return;
          blamed += 1;
          guilty.set(culprit, (guilty.get(culprit) ?? 0) + 1);
          ledger.crashed(found.who.participant, now);
        });
        for (let key = 0; key < PEOPLE; key++) {
          const crashes = guilty.get(key) ?? 0;
          const expected = crashes === 0 ? 'none' : crashes < 3 ? 'suspect' : 'set-aside';
          expect(ledger.of(owner(key).who.participant, lives.length)).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
    expect(blamed).toBeGreaterThan(300);
  });

  it('three times in ten minutes, not more slowly, and ten minutes later all is well again', () => {
    const ledger = new CrashLedger();
    for (const at of [0, 5, 10.001]) ledger.crashed('slow', at * MINUTE);
    expect(ledger.of('slow', 10.001 * MINUTE)).toBe('suspect');
    for (const at of [0, 5, 9.999]) ledger.crashed('fast', at * MINUTE);
    expect(ledger.of('fast', 9.9999 * MINUTE)).toBe('set-aside');
    expect(ledger.of('fast', 10 * MINUTE)).toBe('suspect');
    expect(ledger.of('fast', 20 * MINUTE)).toBe('none');
    expect(ledger.of('other', 0)).toBe('none');
  });

  it('is remembered for a thousand people, the latest', () => {
    const ledger = new CrashLedger();
    for (let i = 0; i <= 1000; i++) ledger.crashed(`p${String(i)}`, i);
    expect([0, 1, 1000].map((i) => ledger.of(`p${String(i)}`, 1001))).toEqual(['none', 'suspect', 'suspect']);
  });

  it('handles are never used again; of closed tracks the latest two thousand are remembered, for a minute', () => {
    let now = 0;
    const owners = new TrackOwners(() => now);
    const handles = Array.from({ length: 5000 }, (_, key) => {
      const handle = owners.register(owner(key));
      owners.release(handle);
      owners.release(handle);
      return handle;
    });
    expect(new Set(handles).size).toBe(5000);
    expect(owners.of(handles[4999]!)).toBeUndefined();
    expect(owners.whose(handles[4999]!)?.key).toBe(4999);
    expect(owners.whose(handles[3000]!)?.key).toBe(3000);
    expect(owners.whose(handles[2999]!)).toBeUndefined();
    const open = owners.register(owner(7));
    now = 60_000;
    expect(owners.whose(handles[4999]!)?.key).toBe(4999);
    now = 60_001;
    expect(owners.whose(handles[4999]!)).toBeUndefined();
    expect(owners.whose(open)?.key).toBe(7);
  });

  it('markers leave no file, open or on disk', () => {
    const before = openFiles(process.pid).length;
    const markers = Array.from({ length: 50 }, () => new CrashMarker());
    expect(
      openFiles(process.pid)
        .filter((file) => file.includes('emostream-marker-'))
        .every((file) => file.endsWith('(deleted)')),
    ).toBe(true);
    for (const marker of markers) marker.close();
    expect(openFiles(process.pid)).toHaveLength(before);
  });
});
