import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { EMOTIONS, type Emotion } from '../../src/common/emotions.js';
import { projectFile } from '../support/project-file.js';
import { AS_IT_IS, type Peer, type PeerBackend } from './peer.js';
import { greyToRgb, pictureTensor } from './pictures.js';

/** What is used of the library. */
interface Human {
  load(): Promise<void>;
  detect(input: tf.Tensor): Promise<{ error: unknown; face: { emotion?: { score: number; emotion: string }[] }[] }>;
  models: { models: Record<string, GraphModel | null> };
}
type HumanConstructor = new (config: object) => Human;

/** The order of its net's answers (src/gear/emotion.ts). */
const ANSWERS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;
const NAMES: Record<(typeof ANSWERS)[number], Emotion> = {
  angry: 'angry',
  disgust: 'disgusted',
  fear: 'fearful',
  happy: 'happy',
  sad: 'sad',
  surprise: 'surprised',
  neutral: 'neutral',
};
const SIZE = 64;

/**
 * `@vladmandic/human`, with what tells emotions and nothing else: face detector and emotion net; no mesh, iris, description,
 * body, hand. No frame is skipped. `lendTensorflow` must have been called.
 */
export async function startHuman(backend: PeerBackend): Promise<Peer> {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve('@vladmandic/human')));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  readModelsFromDisk();
  const build = backend === 'wasm' ? 'human.node-wasm.js' : 'human.node.js';
  const { Human } = require(join(root, 'dist', build)) as { Human: HumanConstructor };
  const human = new Human(configuration(backend, `file://${root}/models/`));
  await human.load();
  const net = human.models.models['emotion'];
  if (!net) throw new Error('human did not load its emotion net');
  return {
    name: '@vladmandic/human',
    version,
    model: 'emotion.json (mini-Xception of Arriaga et al. 2017, 64 × 64 grey)',
    backend,
    options: [
      AS_IT_IS,
      { name: 'face.emotion.crop 0.05', crop: 0.05, stretch: false },
      { name: 'face.emotion.crop 0.1', crop: 0.1, stretch: false },
      { name: 'filter.equalization', crop: 0, stretch: true },
    ],
    async classify(crops, side, option = AS_IT_IS) {
      // As src/gear/emotion.ts does it, which takes one face at a time.
      const answers = tf.tidy(() => {
        const rgb = tf.div(greyToRgb(crops, side, SIZE, option), 255);
        const grey = tf.sum(tf.mul(rgb, [0.2989, 0.587, 0.114]), 3, true);
        return net.execute(tf.mul(tf.sub(grey, 0.5), 2)) as tf.Tensor2D;
      });
      const values = await answers.data<'float32'>();
      answers.dispose();
      return inOurOrder(values);
    },
    async analyse(picture) {
      const input = pictureTensor(picture);
      const { error, face } = await human.detect(input);
      input.dispose();
      if (error) throw new Error(`human: ${JSON.stringify(error)}`);
      const emotions = face[0]?.emotion;
      if (!emotions) return null;
      return EMOTIONS.map(
        (name) => emotions.find(({ emotion }) => NAMES[emotion as keyof typeof NAMES] === name)!.score,
      );
    },
  };
}

function inOurOrder(values: Float32Array): Float32Array {
  const from = EMOTIONS.map((name) => ANSWERS.findIndex((answer) => NAMES[answer] === name));
  return values.map((_, i) => values[i - (i % EMOTIONS.length) + from[i % EMOTIONS.length]!]!);
}

function configuration(backend: PeerBackend, modelBasePath: string): object {
  const off = { enabled: false };
  const always = { skipFrames: 0, skipTime: 0 };
  return {
    backend,
    modelBasePath,
    wasmPath: projectFile('node_modules/@tensorflow/tfjs-backend-wasm/dist/'),
    async: false,
    cacheSensitivity: 0,
    filter: off,
    gesture: off,
    face: {
      enabled: true,
      detector: { rotation: false, ...always },
      mesh: off,
      iris: off,
      description: off,
      emotion: { enabled: true, minConfidence: -1, ...always },
    },
    body: off,
    hand: off,
    object: off,
  };
}

interface ModelFile {
  modelTopology: object;
  format: string;
  signature?: object;
  userDefinedMetadata?: { signature?: object };
  weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
}

/** In Node without tfjs-node, TensorFlow.js reads models over HTTP only. */
function readModelsFromDisk(): void {
  tf.io.registerLoadRouter((url) => {
    if (typeof url !== 'string' || !url.startsWith('file://')) return null!;
    return { load: () => Promise.resolve(readModel(url.slice('file://'.length))) };
  });
}

function readModel(path: string): tf.io.ModelArtifacts {
  const file = JSON.parse(readFileSync(path, 'utf8')) as ModelFile;
  const weights = readFileSync(path.replace(/\.json$/, '.bin'));
  return {
    modelTopology: file.modelTopology,
    format: file.format,
    signature: file.signature ?? file.userDefinedMetadata?.signature,
    userDefinedMetadata: file.userDefinedMetadata,
    weightSpecs: file.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  } as tf.io.ModelArtifacts;
}
