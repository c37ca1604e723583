import { filter, map, Observable, timer } from 'rxjs';
import { expect, it } from 'vitest';
import { HEARD_PER_SECOND, HEARD_WIDTH } from '../../src/features/types.js';
import type { VoiceEncoderPort } from '../../src/features/voice-queue.js';
import type { TranscriberFactory } from '../../src/streams/index.js';
import { marbles } from '../support/marbles.js';
import { ALL, type Shown, Spine } from './support/spine.js';

const CAMERA = 1;
const MICROPHONE = 2;
/** Media of 10, 110, … ms: a window closes with the first tick after those of just past its end. */
const FIRST: Shown = { at: 0, face: '10..910', voice: '10..910', words: '', generation: 0, revision: 0 };
const SECOND: Shown = { ...FIRST, at: 1000, face: '1010..1910', voice: '10..1910' };

/** Sound of 910 ms lasts until past the window's end, which a picture of then does not show. */
const closesAt = (face: string) => (face === '' ? 1000 : 1020);

const isWindow = (output: Shown | string): output is Shown => typeof output !== 'string';

function begin(spine: Spine): void {
  spine.consent(ALL);
  spine.open(CAMERA, 'camera');
  spine.open(MICROPHONE, 'microphone');
}

it('pictures, sound and words come out in windows, in order, each with what was captured in it', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    time.act('600ms c', {
      c: () => spine.door.caption({ text: 'hello', startMs: 300, endMs: 500, arrivalMs: 600 }),
    });
    spine.media(2100, CAMERA, MICROPHONE);
    const words = 'hello';
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2100ms !')
      .toBe('1020ms a 999ms b', { a: { ...FIRST, words }, b: { ...SECOND, words } });
    time.flush();
    expect(spine.log.toSorted()).toEqual(['0 start 1', '1 opened 1', '1 opened 2', '2101 closed 1', '2101 closed 2']);
    expect([spine.door.observed, spine.tick.observed]).toEqual([false, false]);
  });
});

it('crops go on at once, and are no part of the windows', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(300, CAMERA, MICROPHONE);
    time
      .expectObservable(spine.window$, '^ 400ms !')
      .toBe('10ms a 99ms b 99ms c', { a: 'crop 10 g0', b: 'crop 110 g0', c: 'crop 210 g0' });
  });
});

it.each([
  ['face', CAMERA, { face: '', voice: FIRST.voice, words: 'hello' }],
  ['voice', MICROPHONE, { face: FIRST.face, voice: '', words: 'hello' }],
  ['words', 0, { face: FIRST.face, voice: FIRST.voice, words: '' }],
] as const)(
  'consent to %s withdrawn in mid-window: nothing of it is in that window, the others go on',
  (what, track, left) => {
    marbles((time) => {
      const spine = new Spine(time);
      time.act('1ms b', { b: () => begin(spine) });
      const hello = { text: 'hello', startMs: 100, endMs: 200, arrivalMs: 300 };
      time.act('300ms c 249ms w', {
        c: () => spine.door.caption(hello),
        w: () => spine.consent({ ...ALL, [what]: false }),
      });
      spine.media(1100, CAMERA, MICROPHONE);
      time
        .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 1050ms !')
        .toBe(`${String(closesAt(left.face))}ms a`, { a: { ...FIRST, ...left, generation: 1 } });
      time.flush();
      // Its decoder is gone with the consent, not with the track.
      const closed = spine.log.filter((line) => line.startsWith('550 closed'));
      expect(closed).toEqual(track ? [`550 closed ${String(track)}`] : []);
    });
  },
);

it('consent given anew: nothing captured or said before it is taken, however late it comes', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(500, CAMERA, MICROPHONE);
    time.act('500ms a 49ms b 9ms c 49ms d', {
      a: () => spine.consent({ face: false, voice: false, words: false }),
      b: () => {
        spine.consent(ALL);
        spine.open(3, 'camera');
        spine.open(4, 'microphone');
      },
      // On their way, or sent again, since before.
      c: () => {
        for (const handle of [CAMERA, MICROPHONE, 3, 4]) spine.packet(handle, 520);
        spine.door.caption({ text: 'before', startMs: 540, endMs: 555, arrivalMs: 560 });
      },
      d: () => {
        for (const handle of [CAMERA, MICROPHONE, 3, 4]) spine.packet(handle, 600);
        spine.door.caption({ text: 'after', startMs: 590, endMs: 600, arrivalMs: 610 });
      },
    });
    time.expectObservable(spine.window$.pipe(filter(isWindow)), '^ 1200ms !').toBe('1160ms a', {
      a: { ...FIRST, face: '600..600', voice: '600..600', words: 'after', generation: 1 },
    });
    time.flush();
    // Half a frame of sound from before would be in the first one after.
    expect(spine.mels).toBe(2);
    for (const reason of ['face-before', 'voice-before', 'words-before'] as const) {
      expect(spine.meter.counted('emostream_dropped_total', { stage: 'consent', reason }), reason).toBe(1);
    }
  });
});

it.each(['receiveVideo', 'receiveAudio', 'observeFace', 'settleCrops', 'hearSpeech', 'logMel'] as const)(
  'an error in %s starts this participant’s streams anew, and nobody else’s',
  (stage) => {
    marbles((time) => {
      const spine = new Spine(time);
      const other = new Spine(time);
      for (const each of [spine, other]) {
        time.act('1ms b', { b: () => begin(each) });
        each.media(2100, CAMERA, MICROPHONE);
      }
      time.act('300ms f', { f: () => (spine.failing = stage) });
      // Failed at 310, started again 100 ms later, just after what came at 410; all that came before is gone.
      const anew = { ...FIRST, face: '510..910', voice: '510..910' };
      const later = { ...SECOND, voice: '510..1910' };
      const windows = (of: Spine) => of.window$.pipe(filter(isWindow));
      time.expectObservable(windows(spine), '^ 2100ms !').toBe('1020ms a 999ms b', { a: anew, b: later });
      time.expectObservable(windows(other), '^ 2100ms !').toBe('1020ms a 999ms b', { a: FIRST, b: SECOND });
      time.flush();
      expect(new Set(spine.log.slice(3, 5))).toEqual(new Set(['310 closed 1', '310 closed 2']));
      expect(spine.log.slice(5, 8)).toEqual(['410 start 2', '410 opened 1', '410 opened 2']);
      expect(spine.meter.counted('emostream_errors_total', { code: 'INTERNAL' })).toBe(1);
      expect(other.meter.counted('emostream_errors_total', { code: 'INTERNAL' })).toBe(0);
    });
  },
);

it('an error where features are made costs that window', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    time.act('300ms f', { f: () => (spine.failing = 'toFeatures') });
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2100ms !')
      .toBe('2020ms b', { b: { ...SECOND, face: '1210..1910', voice: '1210..1910' } });
  });
});

/** Answers of the right length, so much later; the third of them is an error where told so. */
const encoder = (afterMs: number, failing = 0): VoiceEncoderPort => {
  let calls = 0;
  return {
    encode: () =>
      timer(afterMs).pipe(
        map(() => {
          if (++calls === failing) throw new Error('no');
          return new Float32Array(HEARD_PER_SECOND * HEARD_WIDTH);
        }),
      ),
  };
};
const THIRD: Shown = { ...SECOND, at: 2000, face: '2010..2910', voice: '10..2910' };
const lost = ({ meter }: Spine, reason: string) =>
  meter.counted('emostream_dropped_total', { stage: 'voice-encoder', reason });

it('windows wait for what encoders hear in their second, and have that of the two before', () => {
  marbles((time) => {
    const spine = new Spine(time);
    spine.encoder = encoder(30);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(3100, CAMERA, MICROPHONE);
    time.expectObservable(spine.window$.pipe(filter(isWindow)), '^ 3090ms !').toBe('1050ms a 999ms b 999ms c', {
      a: { ...FIRST, heard: '001' },
      b: { ...SECOND, heard: '011' },
      c: { ...THIRD, heard: '111' },
    });
    time.flush();
    expect(spine.meter.counted('emostream_encoded_voice_seconds_total')).toBe(3);
    expect([spine.door.observed, spine.tick.observed]).toEqual([false, false]);
  });
});

it('a window waits a tenth of a second at most; what comes later serves the next', () => {
  marbles((time) => {
    const spine = new Spine(time);
    spine.encoder = encoder(400);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2200ms !')
      .toBe('1120ms a 999ms b', { a: FIRST, b: { ...SECOND, heard: '010' } });
    time.flush();
    expect(lost(spine, 'late')).toBe(2);
  });
});

it('an encoder that fails costs what it would have heard, and nothing else', () => {
  marbles((time) => {
    const spine = new Spine(time);
    spine.encoder = encoder(30, 2);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(3100, CAMERA, MICROPHONE);
    time.expectObservable(spine.window$.pipe(filter(isWindow)), '^ 3090ms !').toBe('1050ms a 999ms b 999ms c', {
      a: { ...FIRST, heard: '001' },
      b: { ...SECOND, heard: '010' },
      c: { ...THIRD, heard: '101' },
    });
    time.flush();
    expect(spine.meter.counted('emostream_errors_total', { code: 'INTERNAL' })).toBe(1);
    expect(spine.log.filter((line) => line.includes('start'))).toHaveLength(1);
  });
});

it('consent to the voice withdrawn while its second is encoded: the window is of that consent, and nothing heard serves a later one', () => {
  marbles((time) => {
    const spine = new Spine(time);
    spine.encoder = encoder(90);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    // The window closed at 1020.
    time.act('1060ms w 1ms g', { w: () => spine.consent({ ...ALL, voice: false }), g: () => spine.consent(ALL) });
    time.act('1062ms o', { o: () => spine.open(3, 'microphone') });
    spine.media(2100, 3);
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2150ms !')
      .toBe('1060ms a 1049ms b', { a: FIRST, b: { ...SECOND, voice: '1110..1910', generation: 1, heard: '001' } });
    time.flush();
    expect(lost(spine, 'closed')).toBe(1);
  });
});

it('a participant who goes while a second is encoded leaves nothing behind', () => {
  marbles((time) => {
    const spine = new Spine(time);
    let waiting = 0;
    spine.encoder = {
      encode: () => {
        waiting += 1;
        return new Observable(() => () => (waiting -= 1));
      },
    };
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(1100, CAMERA, MICROPHONE);
    time.act('1050ms y', { y: () => void expect(waiting).toBe(1) });
    time.act('1060ms x', { x: () => spine.door.close() });
    time.expectObservable(spine.window$.pipe(filter(isWindow))).toBe('1060ms |');
    time.flush();
    expect(waiting).toBe(0);
    expect([spine.door.observed, spine.tick.observed]).toEqual([false, false]);
  });
});

it('an error where voices are encoded costs what waits, as any stage’s', () => {
  marbles((time) => {
    const spine = new Spine(time);
    spine.encoder = encoder(30);
    spine.failing = 'encodeVoice';
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2100ms !')
      .toBe('2050ms b', { b: { ...SECOND, face: '1210..1910', voice: '1210..1910', heard: '001' } });
  });
});

it('who fails for the fourth time in a minute fails for good, and is left with nothing that is observed', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    for (const at of [200, 400, 600, 800]) time.act(`${String(at)}ms f`, { f: () => (spine.failing = 'observeFace') });
    time.expectObservable(spine.window$.pipe(filter(isWindow))).toBe('810ms #', {}, new Error('observeFace'));
    time.flush();
    expect([spine.door.observed, spine.tick.observed]).toEqual([false, false]);
    expect(spine.log.filter((line) => line.includes('start'))).toHaveLength(4);
  });
});

it('a track that ends leaves the other one’s windows; the participant’s end completes the stream', () => {
  marbles((time) => {
    const spine = new Spine(time);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(2100, CAMERA, MICROPHONE);
    time.act('550ms x 1999ms y', { x: () => spine.door.closeTrack(CAMERA), y: () => spine.door.close() });
    const { voice } = SECOND;
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)))
      .toBe('1000ms a 999ms b 549ms |', { a: { ...FIRST, face: '' }, b: { ...SECOND, face: '', voice } });
    time.flush();
    expect(spine.log).toContain('550 closed 1');
    expect([spine.door.observed, spine.tick.observed]).toEqual([false, false]);
  });
});

it('words that are recognised in the sound are in their windows, and go with the voice', () => {
  marbles((time) => {
    const heard: number[] = [];
    const spine = new Spine(time, ({ onWords }) => ({
      push: ({ mediaTime }) => {
        heard.push(mediaTime);
        onWords({ text: `w${String(mediaTime)}`, startMs: mediaTime, endMs: mediaTime + 50, arrivalMs: mediaTime });
      },
      close: () => heard.push(-1),
    }));
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(300, CAMERA, MICROPHONE);
    time.act('1500ms w', { w: () => spine.consent({ ...ALL, voice: false }) });
    time.expectObservable(spine.window$.pipe(filter(isWindow)), '^ 2200ms !').toBe('1160ms a 999ms b', {
      a: { ...FIRST, face: '10..210', voice: '10..210', words: 'w10 w110 w210' },
      b: { ...SECOND, face: '', voice: '', words: '', generation: 1 },
    });
    time.flush();
    expect(heard).toEqual([10, 110, 210, -1]);
    // Heard twice, decoded once.
    expect(spine.log.filter((line) => line.endsWith('opened 2'))).toHaveLength(1);
  });
});

it.each([
  [true, 'hello'],
  [false, ''],
])('recognised words are judged where the words network knows their language (%s)', (judgesSpeech, words) => {
  marbles((time) => {
    const transcriber: TranscriberFactory = ({ onWords }) => ({
      push: ({ mediaTime }) => {
        if (mediaTime === 10) onWords({ text: 'hello', startMs: 10, endMs: 50, arrivalMs: 0, segment: 1 });
      },
      close: () => undefined,
    });
    const spine = new Spine(time, transcriber, judgesSpeech);
    time.act('1ms b', { b: () => begin(spine) });
    spine.media(1100, CAMERA, MICROPHONE);
    time
      .expectObservable(spine.window$.pipe(filter(isWindow)), '^ 1100ms !')
      .toBe('1020ms a', { a: { ...FIRST, words } });
  });
});
