import { existsSync } from 'node:fs';
import type { Vad } from 'sherpa-onnx-node';
import { EmostreamError } from '../common/errors.js';
import { AUDIO_SAMPLE_RATE } from '../media/index.js';
import { type Sherpa, sherpa } from './library.js';

/** Samples that the model judges at a time: 32 ms. */
export const FRAME_SAMPLES = 512;
/** Samples before a frame that the model wants to see with it (Silero version 5). */
const CONTEXT = 64;

/** Tells for each frame of one sound whether somebody speaks in it. */
export interface VoiceActivity {
  /** @param frame FRAME_SAMPLES, which follow on those before */
  hears(frame: Float32Array): boolean;
  /** What comes next is another sound. */
  reset(): void;
}

/**
 * Silero's voice activity model (https://github.com/snakers4/silero-vad) by sherpa-onnx's detector, frame by frame and without
 * look-ahead: speech begins with the second frame in a row over the threshold and ends with the first that is 0.15 under it. The
 * pieces that the detector cuts are not used, so they are dropped as they come; left alone it copies the whole of a piece at every
 * frame of it.
 */
export class SileroActivity implements VoiceActivity {
  readonly #vad: Vad;

  /** @throws EmostreamError SPEECH_UNAVAILABLE: sherpa-onnx ends the process where the file is missing */
  constructor(model: string, threshold = THRESHOLD, { Vad: Detector }: Sherpa = sherpa()) {
    if (!existsSync(model)) {
      const what = `The voice activity model ${model} is missing: \`npx emostream speech install\` brings it.`;
      throw new EmostreamError('SPEECH_UNAVAILABLE', what);
    }
    this.#vad = new Detector(
      {
        sileroVad: {
          model,
          threshold,
          minSilenceDuration: 0,
          minSpeechDuration: 0,
          // Past it the detector would raise its threshold, to cut.
          maxSpeechDuration: 1e6,
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

  /** With the context of the first frame, so that each frame of ours is one of the detector's. */
  #prime(): void {
    this.#vad.acceptWaveform(new Float32Array(CONTEXT));
  }
}

/** Probability of speech in a frame. */
const THRESHOLD = 0.5;
