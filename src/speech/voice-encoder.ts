import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { hasOnnxRuntime, onnxRuntimeInUse } from '../common/onnx/install.js';
import { loadOnnxRuntime, type OnnxRuntime, type OnnxSession, type OnnxTensor } from '../common/onnx/runtime.js';
import { damageOf } from './damage.js';
import { HEARD_PER_SECOND, HEARD_WIDTH, HEARD_WIDTHS, VOICE_SECOND } from './heard-sizes.js';
import { ENCODERS_FILE, voiceEncodersFolder } from './paths.js';
import { VOICE_ENCODERS } from './voice-encoders.js';
import { VOICE_MEL_BANDS, VOICE_MEL_HOP, VoiceMel } from './voice-mel.js';

const STEP_SAMPLES = VOICE_SECOND / HEARD_PER_SECOND;
/**
 * Moonshine's encoder begins with convolutions of 127, 7 and 3 taps with strides of 64, 3 and 2: the j-th frame stands for
 * samples around 384 j + 447 (J. Jeffries et al., Moonshine, 2024, arXiv:2410.15608, §3).
 */
const MOONSHINE_CENTRES = { first: 447, every: 384 };
const RESEMBLYZER_CENTRES = { first: 0, every: VOICE_MEL_HOP };

/** One core for a second's encoding: several people's follow one another. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 };

export interface VoiceEncoderFolders {
  /** As `installOnnxRuntime` made it. */
  runtime: string;
  /** As `installVoiceEncoders` made it. */
  encoders: string;
}
const defaultFolders = (): VoiceEncoderFolders => ({ runtime: onnxRuntimeInUse(), encoders: voiceEncodersFolder() });

/**
 * The pretrained encoders of the voice branch: a second of sound → what they make of it, pooled to HEARD_PER_SECOND steps.
 * Computes in the thread that asks, which stands still meanwhile: in a live call it belongs in a thread of its own.
 */
export class VoiceEncoder {
  readonly #runtime: OnnxRuntime;
  readonly #moonshine: OnnxSession;
  readonly #resemblyzer: OnnxSession;
  readonly #mel = new VoiceMel();
  readonly #attended: OnnxTensor;

  private constructor(runtime: OnnxRuntime, moonshine: OnnxSession, resemblyzer: OnnxSession) {
    this.#runtime = runtime;
    this.#moonshine = moonshine;
    this.#resemblyzer = resemblyzer;
    const mask = new BigInt64Array(VOICE_SECOND).fill(1n);
    this.#attended = new runtime.Tensor('int64', mask, [1, VOICE_SECOND]);
  }

  /** Whether everything that it takes was installed; it may still not load. */
  static isInstalled({ runtime, encoders } = defaultFolders()): boolean {
    return hasOnnxRuntime(runtime) && existsSync(join(encoders, ENCODERS_FILE));
  }

  /**
   * @returns null where it is not installed
   * @throws EmostreamError SPEECH_UNAVAILABLE: it is installed and does not load
   */
  static async open(folders = defaultFolders()): Promise<VoiceEncoder | null> {
    if (!VoiceEncoder.isInstalled(folders)) return null;
    try {
      const runtime = loadOnnxRuntime(folders.runtime);
      await requireWhole(folders.encoders);
      const [moonshine, resemblyzer] = [
        await runtime.InferenceSession.create(join(folders.encoders, VOICE_ENCODERS[0].file), SESSION),
        await runtime.InferenceSession.create(join(folders.encoders, VOICE_ENCODERS[1].file), SESSION),
      ];
      return new VoiceEncoder(runtime, moonshine, resemblyzer);
    } catch (cause) {
      if (cause instanceof EmostreamError && cause.code === 'SPEECH_UNAVAILABLE') throw cause;
      const what = `The voice encoders do not load: ${toEmostreamError(cause).message} Remove ${folders.runtime}, and run`;
      throw new EmostreamError('SPEECH_UNAVAILABLE', `${what} \`npx emostream speech install\`.`, { cause });
    }
  }

  /**
   * @param second VOICE_SECOND samples at 16 kHz, -1 to 1; what is not finite counts as 0
   * @returns HEARD_PER_SECOND × HEARD_WIDTH, Moonshine's numbers then Resemblyzer's, as they give them
   * @throws RangeError for sound of another length
   */
  async encode(second: Float32Array): Promise<Float32Array> {
    if (second.length !== VOICE_SECOND) throw new RangeError(`${String(second.length)} samples are no second`);
    // What is not finite, less itself, is not a number.
    const samples = second.map((sample) => (sample - sample === 0 ? sample : 0));
    const heard = new Float32Array(HEARD_PER_SECOND * HEARD_WIDTH);
    pool(await this.#hearMoonshine(samples), HEARD_WIDTHS[0], MOONSHINE_CENTRES, heard, 0);
    pool(await this.#hearResemblyzer(samples), HEARD_WIDTHS[1], RESEMBLYZER_CENTRES, heard, HEARD_WIDTHS[0]);
    return heard;
  }

  /** Gives up the models. Nothing may be in the works. */
  async close(): Promise<void> {
    await Promise.all([this.#moonshine.release(), this.#resemblyzer.release()]);
  }

  #hearMoonshine(second: Float32Array): Promise<Float32Array> {
    const samples = new this.#runtime.Tensor('float32', second, [1, VOICE_SECOND]);
    return onlyOutput(this.#moonshine, { input_values: samples, attention_mask: this.#attended });
  }

  #hearResemblyzer(second: Float32Array): Promise<Float32Array> {
    const mel = this.#mel.compute(second);
    const frames = mel.length / VOICE_MEL_BANDS;
    return onlyOutput(this.#resemblyzer, {
      mel: new this.#runtime.Tensor('float32', mel, [frames, 1, VOICE_MEL_BANDS]),
    });
  }
}

/** @throws EmostreamError SPEECH_UNAVAILABLE where a file is not what was installed */
async function requireWhole(encoders: string): Promise<void> {
  const file = await damageOf.voiceEncoders(encoders);
  if (file === null) return;
  const message = `${file} is not what was installed: \`npx emostream speech install\` makes it anew.`;
  throw new EmostreamError('SPEECH_UNAVAILABLE', message);
}

async function onlyOutput(session: OnnxSession, feeds: Record<string, OnnxTensor>): Promise<Float32Array> {
  const outputs = await session.run(feeds);
  return outputs[session.outputNames[0]!]!.data as Float32Array;
}

/**
 * The mean of the frames whose centre lies in a step; every step has some.
 * @param frames n × width, of one second
 */
function pool(
  frames: Float32Array,
  width: number,
  centres: { first: number; every: number },
  out: Float32Array,
  column: number,
): void {
  const count = frames.length / width;
  const counts = new Uint8Array(HEARD_PER_SECOND);
  for (let frame = 0; frame < count; frame++) counts[stepOf(frame)]! += 1;
  for (let frame = 0; frame < count; frame++) {
    const step = stepOf(frame);
    const to = step * HEARD_WIDTH + column;
    const share = 1 / counts[step]!;
    for (let i = 0; i < width; i++) out[to + i]! += frames[frame * width + i]! * share;
  }

  function stepOf(frame: number): number {
    return Math.floor((centres.first + centres.every * frame) / STEP_SAMPLES);
  }
}
