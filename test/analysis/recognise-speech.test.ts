import { expect, it } from 'vitest';
import { recogniseSpeech } from '../../src/analysis/child/recognise-speech.js';
import type { ConsentTerms } from '../../src/analysis/messages.js';
import type { HeardSound } from '../../src/speech/index.js';
import type { TranscriberOptions } from '../../src/streams/index.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { marbles, type Marbles } from '../support/marbles.js';

const terms = (voice: boolean, words: boolean, face = false): ConsentTerms => ({
  generation: 0,
  consent: { face, voice, words },
  given: { face: 0, voice: 0, words: 0 },
  showing: null,
});
const TERMS = { y: terms(true, true), o: terms(true, true, true), v: terms(true, false), w: terms(false, true) };

/** Sound by a letter; of `z` the capture was before consent. */
const SOUND = Object.fromEntries(
  [...'abcdefxz'].map((text) => [text, { text, mediaTime: text === 'z' ? 0 : 1 } as unknown as HeardSound]),
);

/** A recogniser that says what it hears, and fails at `x`. */
function recogniser({ now }: Marbles) {
  const made: TranscriberOptions[] = [];
  const log: string[] = [];
  const meter = new CountMeter();
  const transcriber = (options: TranscriberOptions) => {
    made.push(options);
    log.push(`${String(now())} open`);
    return {
      push: (chunk: unknown) => {
        const { text } = chunk as { text: string };
        if (text === 'x') throw new Error('x');
        if (text === 'e') return options.onError(new Error('e'));
        options.onWords({ text, startMs: 1, endMs: 2, arrivalMs: 0 });
      },
      close: () => void log.push(`${String(now())} close`),
    };
  };
  return { made, log, meter, env: { transcriber, meter, clock: now } };
}

const words = (text: string, at: number) => ({ text, startMs: 1, endMs: 2, arrivalMs: at });

it('a recogniser exists exactly while there is consent to both voice and words', () => {
  marbles((time) => {
    const { log, env, made, meter } = recogniser(time);
    const terms$ = time.cold('v-y-o-w---y---', TERMS);
    const sound$ = time.hot<HeardSound>('-a-b-c-d---f-|', SOUND);
    time
      .expectObservable(sound$.pipe(recogniseSpeech(terms$, env)), '^------------------!')
      .toBe('---b-c-----f', { b: words('b', 3), c: words('c', 5), f: words('f', 11) });
    time.act('--------l', { l: () => made[0]!.onWords({ text: 'late', startMs: 1, endMs: 2, arrivalMs: 0 }) });
    time.flush();
    expect(log).toEqual(['2 open', '6 close', '10 open', '13 close']);
    expect(meter.counted('emostream_dropped_total', { stage: 'transcriber', reason: 'closed' })).toBe(1);
  });
});

it.each(['x', 'e'])(
  'one that fails (%s) is not started again before consent is given anew; nothing else fails',
  (how) => {
    marbles((time) => {
      const { log, env, meter } = recogniser(time);
      const terms$ = time.cold('y------w-y---', TERMS);
      const sound$ = time.hot<HeardSound>(`-a-${how}-b----c-`, SOUND);
      time
        .expectObservable(sound$.pipe(recogniseSpeech(terms$, env)), '^------------!')
        .toBe('-a--------c', { a: words('a', 1), c: words('c', 10) });
      time.flush();
      expect(log).toEqual(['0 open', '3 close', '9 open', '13 close']);
      expect(meter.counted('emostream_errors_total', { code: 'INTERNAL' })).toBe(1);
    });
  },
);

it('without a recogniser there are no words, and no sound is asked for', () => {
  marbles((time) => {
    const sound$ = time.hot<HeardSound>('-a-b|', SOUND);
    const env = { transcriber: null, meter: new CountMeter(), clock: time.now };
    time.expectObservable(sound$.pipe(recogniseSpeech(time.cold('y', TERMS), env))).toBe('|');
    time.expectSubscriptions(sound$.subscriptions).toBe([]);
  });
});

it('of what was captured before consent to words nothing is recognised, though it comes after it', () => {
  marbles((time) => {
    const { env, meter } = recogniser(time);
    const sound$ = time.hot<HeardSound>('-z-a|', SOUND);
    time
      .expectObservable(sound$.pipe(recogniseSpeech(time.cold('y', TERMS), env)), '^----!')
      .toBe('---a', { a: words('a', 3) });
    time.flush();
    expect(meter.counted('emostream_dropped_total', { stage: 'consent', reason: 'words-before' })).toBe(1);
  });
});
