import { shippedModelFolder } from '../../src/common/version.js';
import { cropFace, cropRegion } from '../../src/features/face-crop.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { faceQuality } from '../../src/features/face-quality.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { startEngineHere } from '../../src/inference/engine-here.js';
import { createEngine } from '../../src/inference/engines.js';
import type { EmotionScores, Judgement, ModelInput } from '../../src/inference/types.js';
import { startFaceApi } from '../peers/face-api.js';
import { startHuman } from '../peers/human.js';
import { lendTensorflow } from '../peers/lend-tensorflow.js';
import type { Peer } from '../peers/peer.js';
import { benchPackages } from '../support/bench-packages.js';
import { batchOf, type Case, type Pictures } from './cases.js';
import { layerTimer, type LayerTimes, type LayerWork } from './layer-timer.js';
import type { Subject } from './subjects.js';

export type Details = LayerTimes & { work: LayerWork };
/** Does a case once. */
export type Once = () => Promise<Details | undefined>;
export interface Runner {
  /** What a case takes is made here, outside of what is timed. */
  prepare(one: Case): Once;
  /** Of those that run this project's network. */
  judge?: (batch: readonly ModelInput[]) => Promise<EmotionScores[]>;
}

/** Starts a subject in this process. */
export async function startRunner(subject: Subject, pictures: Pictures): Promise<Runner> {
  if (subject.kind === 'peer') {
    await lendTensorflow(subject.backend);
    const start = { human: startHuman, 'face-api': startFaceApi }[subject.peer];
    return peerRunner(await start(subject.backend, await benchPackages()), pictures);
  }
  const model = shippedModelFolder();
  const engine = await (subject.thread ? createEngine : startEngineHere)(subject.engine);
  await engine.load(model);
  // Layers can be told apart where TensorFlow.js runs them.
  if (subject.thread || subject.engine === 'onnx') return networkRunner(engine, pictures);
  const layers = await layerTimer(model);
  const finder = subject.engine === 'wasm' ? await FaceFinder.create() : null;
  const plain = networkRunner(engine, pictures);
  return {
    ...plain,
    prepare(one) {
      if (one.name === 'layers') {
        const batch = batchOf(one, pictures);
        return () => Promise.resolve(layers(batch));
      }
      if (one.name !== 'picture') return plain.prepare(one);
      const { whole } = pictures;
      return async () => {
        // As for a picture in a call on which nothing is tracked yet.
        const [box] = finder!.find(whole, 'coarse');
        const region = cropRegion(box!);
        const crops = cropFace(whole, region);
        const face = {
          crops,
          count: 1,
          quality: faceQuality(crops, region.width),
          box: { x: 0, y: 0, width: 1, height: 1 },
        };
        await engine.run([{ face, voice: null, words: null }]);
        return undefined;
      };
    },
  };
}

function networkRunner(
  engine: { run(batch: readonly ModelInput[]): Promise<(EmotionScores | Judgement)[]> },
  pictures: Pictures,
): Runner {
  return {
    prepare(one) {
      const batch = batchOf(one, pictures);
      return async () => void (await engine.run(batch));
    },
    judge: async (batch) => (await engine.run(batch)).map((answer) => ('scores' in answer ? answer.scores : answer)),
  };
}

function peerRunner(peer: Peer, { whole, crops }: Pictures): Runner {
  return {
    prepare({ name, size }) {
      if (name === 'picture') {
        return async () => {
          if (!(await peer.analyse(whole))) throw new Error(`${peer.name} finds no face in the picture`);
          return undefined;
        };
      }
      const some = crops.slice(0, size * FACE_SIZE * FACE_SIZE);
      return async () => void (await peer.classify(some, FACE_SIZE));
    },
  };
}
