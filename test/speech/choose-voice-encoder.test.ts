import { expect, it } from 'vitest';
import { chooseVoiceEncoder } from '../../src/speech/choose-voice-encoder.js';

it.each([
  ['on', 'auto', true, true, true],
  ['missing', 'auto', true, true, false],
  // Nothing is missing where nothing would be used.
  ['unused', 'auto', true, false, false],
  ['unused', 'auto', true, false, true],
  ['off', 'off', true, true, true],
  ['off', 'auto', false, true, true],
] as const)('is %s: voiceEncoder %s, voices allowed %s, a model that hears %s, installed %s', (...given) => {
  const [state, voiceEncoder, allowVoice, hears, installed] = given;
  expect(chooseVoiceEncoder({ voiceEncoder, allowVoice }, hears, () => installed)).toBe(state);
});
