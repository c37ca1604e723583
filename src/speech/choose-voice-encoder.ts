import type { Config } from '../config/schema.js';
import { VoiceEncoder } from './voice-encoder.js';

/**
 * Whether pretrained encoders hear voices, too. `off`: it was configured so, or voices are not analysed at all. `unused`: the model
 * was trained without them. `missing`: they are not installed, and the model serves without.
 */
export const VOICE_ENCODER_STATES = ['on', 'off', 'unused', 'missing'] as const;
export type VoiceEncoderState = (typeof VOICE_ENCODER_STATES)[number];

/** @param hears the model knows what to make of what they hear */
export function chooseVoiceEncoder(
  { voiceEncoder, allowVoice }: Pick<Config, 'voiceEncoder' | 'allowVoice'>,
  hears: boolean,
  installed: () => boolean = () => VoiceEncoder.isInstalled(),
): VoiceEncoderState {
  if (voiceEncoder === 'off' || !allowVoice) return 'off';
  if (!hears) return 'unused';
  return installed() ? 'on' : 'missing';
}
