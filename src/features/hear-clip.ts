import { SpeechHearer, type VoiceActivity } from '../speech/index.js';
import { FRAME_SAMPLES, HOP_SAMPLES, logMel, type MelBlock } from './log-mel.js';
import { SpeechHangover } from './speech-hangover.js';

/** A clip's log-mel frames, and in which of them somebody speaks. */
export interface HeardClip extends MelBlock {
  /** For each frame 1 or 0. */
  speech: Uint8Array;
}

/** A whole clip as the live path hears it: a log-mel frame is heard with the frame of sound that completes it. */
export function hearClip(samples: Float32Array, activity: VoiceActivity): HeardClip {
  activity.reset();
  const hearer = new SpeechHearer(activity);
  const heard = [...hearer.hear({ mediaTime: 0, arrivalMs: 0, decodedMs: 0, samples }), ...hearer.judge()];
  const block = logMel(samples);
  const hangover = new SpeechHangover();
  const states = heard.map((sound) => hangover.follow(sound));
  const speech = new Uint8Array(block.frames);
  for (let frame = 0, sound = 0, end = heard[0]?.samples.length ?? 0; frame < block.frames; frame++) {
    while (end < frame * HOP_SAMPLES + FRAME_SAMPLES && sound + 1 < heard.length) end += heard[++sound]!.samples.length;
    speech[frame] = states[sound] ? 1 : 0;
  }
  return { ...block, speech };
}
