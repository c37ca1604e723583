import type { Config } from '../config/schema.js';
import { chooseSpeech, type SpeechChoice } from './choose-speech.js';
import { chooseVoiceEncoder, type VoiceEncoderState } from './choose-voice-encoder.js';
import { damageOf } from './damage.js';

/** What hears voices and words, besides voice activity, without which nothing does. */
export interface Hearing {
  speech: SpeechChoice;
  voiceEncoder: VoiceEncoderState;
}

type Options = Parameters<typeof chooseSpeech>[0] & Pick<Config, 'voiceEncoder'>;

/**
 * What of it is installed and whole. What is damaged counts as missing: sherpa-onnx ends the process that loads such a model, and
 * whoever speaks would be blamed for it.
 * @param hears the network knows what to make of what voice encoders hear
 * @param onDamage told of each file that is not what was installed
 * @throws EmostreamError CONFIG_INVALID when the speech model that was named is not one
 */
export async function chooseHearing(
  options: Options,
  hears: boolean,
  onDamage: (file: string) => void,
  damage = damageOf,
): Promise<Hearing> {
  const hearing: Hearing = { speech: chooseSpeech(options), voiceEncoder: chooseVoiceEncoder(options, hears) };
  if (hearing.speech.model && options.speechModel === undefined) {
    const file = await damage.speechModel();
    if (file !== null) {
      hearing.speech = { state: 'missing', language: null, model: null };
      onDamage(file);
    }
  }
  if (hearing.voiceEncoder === 'on') {
    const file = await damage.voiceEncoders();
    if (file !== null) {
      hearing.voiceEncoder = 'missing';
      onDamage(file);
    }
  }
  return hearing;
}
