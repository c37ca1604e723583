import { existsSync } from 'node:fs';
import type { Vad } from 'sherpa-onnx-node';
import { EmostreamError } from '../common/errors.js';
import { AUDIO_SAMPLE_RATE } from '../media/index.js';
import { type Sherpa, sherpa } from './library.js';

/** Samples that the model judges at a time: 32 ms. */
export const FRAME_SAMPLES = 512;
/** Samples before a frame that the model wants to see with it (Silero version 5). */
const CONTEXT = 64;

/** Probability of speech in a frame, from which on it is speech. */
const THRESHOLD = 0.4;

/** Shorter than a frame, seconds: the detector takes 0 for its own defaults, a quarter and half a second. */
const AT_ONCE = 0.001;

/** Tells for each frame of one sound whether somebody speaks in it. */
export interface VoiceActivity {
  /** @param frame FRAME_SAMPLES, which follow on those before */
  hears(frame: Float32Array): boolean;
  /** What comes next is another sound. */
  reset(): void;
  /** Nothing comes any more. */
  close(): void;
}

/**
 * Silero's voice activity model (https://github.com/snakers4/silero-vad) by sherpa-onnx's detector, frame by frame and without
 * look-ahead: speech begins with the second frame in a row over the threshold and ends with the second that is 0.15 under it. The
 * pieces that the detector cuts are not used, so they are dropped as they come; left alone it copies the whole of a piece at every
 * frame of it.
 */
export class SileroActivity implements VoiceActivity {
  readonly #vad: Vad;

  /** @throws EmostreamError SPEECH_UNAVAILABLE: sherpa-onnx ends the process where the file is missing */
  constructor(model: string, { Vad: Detector }: Sherpa = sherpa(), threshold = THRESHOLD) {
    if (!existsSync(model)) {
      const what = `The voice activity model ${model} is missing: \`npx emostream speech install\` brings it.`;
      throw new EmostreamError('SPEECH_UNAVAILABLE', what);
    }
    this.#vad = new Detector(
      {
        sileroVad: {
          model,
          threshold,
          minSilenceDuration: AT_ONCE,
          minSpeechDuration: AT_ONCE,
          // Past it the detector would raise its threshold, to cut; it counts samples in 32 bits.
          maxSpeechDuration: 10_000,
          windowSize: FRAME_SAMPLES,
        },
        sampleRate: AUDIO_SAMPLE_RATE,
        numThreads: 1,
        provider: 'cpu',
        debug: false,
      },
      1,
    );
    this.#prime();
  }

  hears(frame: Float32Array): boolean {
    this.#vad.acceptWaveform(frame);
    const speaks = this.#vad.isDetected();
    if (speaks) this.#vad.flush();
    if (!this.#vad.isEmpty()) this.#vad.clear();
    return speaks;
  }

  reset(): void {
    this.#vad.reset();
    this.#prime();
  }

  /** The library frees it when nobody holds it any more. */
  close(): void {}

  /** With the context of the first frame, so that each frame of ours is one of the detector's. */
  #prime(): void {
    this.#vad.acceptWaveform(new Float32Array(CONTEXT));
  }
}
