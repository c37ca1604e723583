import { map } from 'rxjs';
import { expect, it } from 'vitest';
import { afresh, capturedSince, trackChanges, withdrawn } from '../../src/analysis/child/consent-operators.js';
import { ParticipantDoor, TrackDoor } from '../../src/analysis/child/participant-media.js';
import type { ConsentTerms } from '../../src/analysis/messages.js';
import type { TappedTrack } from '../../src/sfu/types.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { marbles } from '../support/marbles.js';

const terms = (
  consent: Partial<ConsentTerms['consent']>,
  given: Partial<ConsentTerms['given']> = {},
): ConsentTerms => ({
  generation: 0,
  consent: { face: false, voice: false, words: false, ...consent },
  given: { face: 0, voice: 0, words: 0, ...given },
  showing: null,
});

it('capturedSince: the newest consent decides, and what is of its very instant is of before', () => {
  marbles(({ cold, hot, expectObservable }) => {
    const meter = new CountMeter();
    const terms$ = hot(' a---b-------', { a: terms({}, { face: 2 }), b: terms({}, { face: 6, voice: 99 }) });
    const item$ = cold(' -1234567-(9|)');
    const passed$ = item$.pipe(capturedSince(terms$, 'face', Number, meter));
    expectObservable(passed$).toBe('---3---7-(9|)');
  });
});

it('capturedSince: nothing passes before there are terms; errors go on; what is dropped is counted', () => {
  const meter = new CountMeter();
  marbles(({ cold, expectObservable }) => {
    const terms$ = cold('--a', { a: terms({}, { words: 3 }) });
    expectObservable(cold('12-345#').pipe(capturedSince(terms$, 'words', Number, meter))).toBe('----45#');
  });
  expect(meter.counted('emostream_dropped_total', { stage: 'consent', reason: 'words-before' })).toBe(1);
});

it('withdrawn: at once where there is no consent, else as it ends', () => {
  marbles(({ cold, expectObservable }) => {
    const told = { a: terms({ face: true }), b: terms({ voice: true }), c: terms({ face: true, voice: true }) };
    expectObservable(withdrawn(cold('a-b-c|', told), 'face')).toBe('--b--|', told);
    expectObservable(withdrawn(cold('a-b-c|', told), 'voice')).toBe('a----|', told);
  });
});

it('afresh: the operator begins anew with each consent, on a source that is never let go of', () => {
  marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
    const told = { y: terms({ voice: true }), n: terms({}), o: terms({ voice: true, face: true }) };
    const terms$ = cold('n-y-o-n-y----', told);
    const item$ = hot('  -a-b-c-d-e-f-');
    let starts = 0;
    const operator = () => {
      const start = String(++starts);
      return map((item: string) => item + start);
    };
    const values = { b: 'b1', c: 'c1', e: 'e2', f: 'f2' };
    expectObservable(item$.pipe(afresh(terms$, 'voice', operator)), '^------------!').toBe('---b-c---e-f-', values);
    expectSubscriptions(item$.subscriptions).toBe('^------------!');
  });
});

const off = (modality: string) => ({ modality, on: false, paused: false });
const track = (handle: number, source: 'camera' | 'microphone') => new TrackDoor(handle, { source } as TappedTrack);

it('trackChanges: tracks come, pause, resume and go; one that takes another’s place leaves no gap', () => {
  marbles(({ act, expectObservable }) => {
    const door = new ParticipantDoor();
    const [first, second] = [track(1, 'camera'), track(2, 'camera')];
    first.paused = true;
    act('-a----b-c-d-e', {
      a: () => door.openTrack(first),
      b: () => first.setPaused(false),
      c: () => door.openTrack(second),
      d: () => door.closeTrack(1),
      e: () => door.closeTrack(2),
    });
    const face = (on: boolean, paused = false) => ({ modality: 'face', on, paused });
    const changes = { w: off('words'), o: face(true), p: face(true, true), x: face(false) };
    expectObservable(trackChanges(door, false), '^--------------!').toBe('w(op)-o-o---x', changes);
  });
});

it.each([
  [false, 'nw----(xw)--(yw)'],
  [true, ' nw----(xw)--(ynw)'],
])(
  'trackChanges: what is withdrawn is told first; words that are heard in the voice go with it (%s)',
  (heard, diagram) => {
    marbles(({ act, expectObservable }) => {
      const door = new ParticipantDoor();
      act('-a----b-----c', {
        a: () => door.setConsent(terms({ face: true, voice: true, words: true })),
        b: () => door.setConsent(terms({ voice: true, words: true })),
        c: () => door.setConsent(terms({ words: true })),
      });
      const values = { n: off('words'), w: { ...off('words'), on: true }, x: off('face'), y: off('voice') };
      expectObservable(trackChanges(door, heard), '^------------------!').toBe(diagram, values);
    });
  },
);
