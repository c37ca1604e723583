import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../../src/common/emotions.js';
import { AS_IT_IS, type Peer, type PeerBackend } from './peer.js';
import { greyToRgb, pictureTensor } from './pictures.js';

/** Its labels are this project's, in the same order (src/faceExpressionNet/FaceExpressions.ts). */
type Expressions = Record<(typeof EMOTIONS)[number], number>;

interface Net {
  loadFromDisk(folder: string): Promise<void>;
}
/** What is used of the library. */
interface FaceApi {
  nets: {
    faceExpressionNet: Net & { predictExpressions(input: tf.Tensor4D): Promise<Expressions | Expressions[]> };
    tinyFaceDetector: Net;
  };
  TinyFaceDetectorOptions: new (options?: { inputSize?: number }) => object;
  detectSingleFace(
    input: tf.Tensor3D,
    options: object,
  ): { withFaceExpressions(): Promise<{ expressions: Expressions } | undefined> };
}

const SIZE = 112;

/**
 * `@vladmandic/face-api`: its expression net, and its faster detector (tiny, input 416, as it is by default).
 * `lendTensorflow` must have been called.
 * @param packages the folder whose node_modules holds it
 */
export async function startFaceApi(backend: PeerBackend, packages: string): Promise<Peer> {
  const root = join(packages, 'node_modules', '@vladmandic', 'face-api');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const build = backend === 'wasm' ? 'face-api.node-wasm.js' : 'face-api.node.js';
  const api = createRequire(join(root, 'package.json'))(join(root, 'dist', build)) as FaceApi;
  const { faceExpressionNet, tinyFaceDetector } = api.nets;
  await faceExpressionNet.loadFromDisk(join(root, 'model'));
  await tinyFaceDetector.loadFromDisk(join(root, 'model'));
  const detector = new api.TinyFaceDetectorOptions();
  return {
    name: '@vladmandic/face-api',
    version,
    model: 'face_expression_model (small depthwise DenseNet, 112 × 112 RGB)',
    backend,
    // The library offers none for this net; cropping is tried all the same, as its detector's boxes are tighter than FER+.
    options: [
      AS_IT_IS,
      { name: 'cut by 0.05 at every side', crop: 0.05, stretch: false },
      { name: 'cut by 0.1 at every side', crop: 0.1, stretch: false },
      { name: 'contrast stretched', crop: 0, stretch: true },
    ],
    async classify(crops, side, option = AS_IT_IS) {
      const input = tf.tidy(() => greyToRgb(crops, side, SIZE, option));
      // A tensor with more than one picture is refused, a list of pictures is a batch.
      const one = input.shape[0] === 1;
      const list = one ? [] : tf.split(input, input.shape[0]);
      const answer = await faceExpressionNet.predictExpressions(one ? input : (list as unknown as tf.Tensor4D));
      tf.dispose([input, ...list]);
      const all = Array.isArray(answer) ? answer : [answer];
      return Float32Array.from(all.flatMap((expressions) => EMOTIONS.map((name) => expressions[name])));
    },
    async analyse(picture) {
      const input = pictureTensor(picture);
      const flat = tf.reshape(input, [picture.height, picture.width, 3]) as tf.Tensor3D;
      const found = await api.detectSingleFace(flat, detector).withFaceExpressions();
      tf.dispose([input, flat]);
      return found ? EMOTIONS.map((name) => found.expressions[name]) : null;
    },
  };
}
