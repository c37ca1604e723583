import { describe, expect, it } from 'vitest';
import { hearClip } from '../../src/features/hear-clip.js';
import { logMel } from '../../src/features/log-mel.js';
import { SpeechHangover } from '../../src/features/speech-hangover.js';
import { VoiceObserver } from '../../src/features/voice-observer.js';
import type { HeardSound } from '../../src/speech/index.js';
import { hear, voices } from './support/hear.js';
import { chunks, speech } from './support/sounds.js';

it('a clip is heard as a call hears it: the same log-mel, and speech in the same frames', () => {
  const samples = speech();
  const clip = hearClip(samples, voices().open());
  const whole = logMel(samples);
  expect([clip.frames, clip.mel]).toEqual([whole.frames, whole.mel]);
  const observer = new VoiceObserver();
  const live = hear(chunks(samples, 0)).flatMap((sound) => {
    const block = observer.observe(sound);
    return block ? Array.from({ length: block.value.frames }, () => (block.value.speechFrames > 0 ? 1 : 0)) : [];
  });
  expect(live.length).toBeGreaterThan(whole.frames - 5);
  expect([...clip.speech.subarray(0, live.length)]).toEqual(live);
  expect(live.filter(Boolean).length).toBeGreaterThan(200);
});

describe('speech goes on', () => {
  const follow = (states: string) => {
    const hangover = new SpeechHangover();
    const sound = (speech: boolean): HeardSound => ({
      ...{ mediaTime: 0, arrivalMs: 0, decodedMs: 0, samples: new Float32Array(512) },
      speech,
    });
    return [...states].map((state) => (hangover.follow(sound(state === '#')) ? '#' : '.')).join('');
  };

  it.each([
    ['for six frames after its last', '..##########..........', '..################....'],
    ['not longer than it lasted', '#......##......', '##.....####....'],
    ['through a gap between two words', '########....########', '####################'],
  ])('%s', (_, heard, counted) => expect(follow(heard)).toBe(counted));
});
