import * as tf from '@tensorflow/tfjs-core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { EmostreamError } from '../common/errors.js';
import { useWasmBackend } from '../common/tfjs-wasm.js';
import { cropRegion } from './face-crop.js';
import { openInputSize, readHumanModel } from './human-models.js';
import type { AnyPicture } from './picture.js';
import { resampleRgbInto, type Region } from './resample.js';

/**
 * Side of the network's input, pixels. Its file says 224; it works on any size, and on this one as well: see docs/faces.md. Time is
 * proportional to the square.
 */
const SIDE = 160;
/** Values of a likeness. */
const VALUES = 1024;
const OUTPUT = 'global_pooling/Mean';

/** What a face looks like, to be compared with others: VALUES numbers of length 1. */
export type Likeness = Float32Array;

/** What tells a face's likeness. */
export interface FaceDescriber {
  /** @param box in pixels of the picture */
  describe(picture: AnyPicture, box: Region): Likeness;
}

/**
 * Tells faces apart by the description of the FaceRes network (A. Savchenko, "Efficient facial representations for age, gender and
 * identity recognition in organizing photo albums using multi-output ConvNet", PeerJ CS 2019), which the npm package
 * @vladmandic/human carries. The network answers age and gender, too: these are never worked out here, its part that would is not run.
 * One per thread; `describe` is synchronous and keeps nothing.
 */
export class FaceLikeness implements FaceDescriber {
  readonly #model: GraphModel;
  readonly #canvas = new Float32Array(SIDE * SIDE * 3);
  #disposed = false;

  private constructor(model: GraphModel) {
    this.#model = model;
  }

  /** @throws EmostreamError MODEL_INVALID when the network's files are missing or not the expected ones. */
  static async create(): Promise<FaceLikeness> {
    await useWasmBackend();
    try {
      const { file, artifacts } = await readHumanModel('faceres');
      openInputSize(file);
      const likeness = new FaceLikeness(await loadGraphModel({ load: () => Promise.resolve(artifacts) }));
      // The first run allocates; no live picture should pay for it.
      likeness.describe({ rgb: new Uint8Array(3), width: 1, height: 1 }, { x: 0, y: 0, width: 1, height: 1 });
      return likeness;
    } catch (cause) {
      throw new EmostreamError(
        'MODEL_INVALID',
        'The network that tells faces apart (@vladmandic/human/models/faceres) could not be loaded. Run `npm ci` again.',
        { cause },
      );
    }
  }

  describe(picture: AnyPicture, box: Region): Likeness {
    if (this.#disposed) throw new EmostreamError('CLOSED', 'The face describer was disposed.');
    resampleRgbInto(this.#canvas, SIDE, picture, cropRegion(box), SIDE, SIDE, 1, 0);
    const values = tf.tidy(() => {
      const input = tf.tensor4d(this.#canvas, [1, SIDE, SIDE, 3]);
      return (this.#model.execute(input, OUTPUT) as tf.Tensor).dataSync() as Float32Array;
    });
    if (values.length !== VALUES) throw new Error(`unexpected network: ${values.length} values`);
    return normalised(values);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.dispose();
  }
}

function normalised(values: Float32Array): Likeness {
  let squares = 0;
  for (const value of values) squares += value * value;
  const length = Math.sqrt(squares);
  return length > 0 ? values.map((value) => value / length) : Float32Array.from(values);
}

/** How alike two faces look: the cosine between them, -1..1; the same picture is 1. */
export function alike(a: Likeness, b: Likeness): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
