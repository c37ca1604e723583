import { EMOTIONS } from '../../src/common/emotions.js';
import { FACE_SIZE } from '../../src/features/types.js';
import type { FaceSet } from '../../src/training/data/ferplus.js';
import { figures, type ClassificationFigures } from '../../src/training/metrics.js';
import type { Peer, PeerOption } from './peer.js';

/** What a peer's emotion net says of the pictures of a set, under one of its options. */
export interface Tried {
  option: string;
  accuracy: number;
  uar: number;
}

/** An entry of models/peers.json. */
export interface PeerFigures {
  name: string;
  version: string;
  model: string;
  backend: string;
  accuracy: number;
  uar: number;
  macro_f1: number;
  /** By emotion, in the order of EMOTIONS. */
  recall: number[];
  /** confusion[truth][answer] */
  confusion: number[][];
  n: number;
  /** What was done, in words. */
  protocol: string;
  /** Every option on the validation pictures, of which the best was taken. */
  tried: Tried[];
}

const PIXELS = FACE_SIZE * FACE_SIZE;
const BATCH = 64;
const round = (value: number): number => Number(value.toFixed(4));

/**
 * A peer on the test pictures, with that of its options which does best on the validation pictures; at equal accuracy the
 * library's default.
 */
export async function peerFigures(peer: Peer, valid: FaceSet, test: FaceSet): Promise<PeerFigures> {
  const tried: (Tried & { with: PeerOption })[] = [];
  for (const option of peer.options) {
    const { accuracy, uar } = await judge(peer, withMajority(valid), option);
    tried.push({ option: option.name, accuracy: round(accuracy), uar: round(uar), with: option });
  }
  const best = tried.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const { accuracy, uar, macroF1, recall, confusion, n } = await judge(peer, withMajority(test), best.with);
  const { name, version, model, backend } = peer;
  return {
    ...{ name, version, model, backend },
    ...{
      accuracy: round(accuracy),
      uar: round(uar),
      macro_f1: round(macroF1),
      recall: recall.map(round),
      confusion,
      n,
    },
    protocol:
      'FER+ PrivateTest, 7 classes, majority of the votes; ties, contempt, unknown and not-a-face left out. The 48 × 48 grey ' +
      `picture in three equal channels, scaled by the library's own bilinear resize to its net's input, ${best.option} ` +
      '(the best of what was tried on the validation pictures); the top answer of the emotion net alone, without detection',
    tried: tried.map(({ option, accuracy, uar }) => ({ option, accuracy, uar })),
  };
}

/** The pictures whose votes have one majority among the seven emotions. */
export function withMajority({ images, majority }: Pick<FaceSet, 'images' | 'majority'>) {
  const picked = [...majority.keys()].filter((i) => majority[i]! >= 0);
  const kept = new Uint8Array(picked.length * PIXELS);
  picked.forEach((i, k) => kept.set(images.subarray(i * PIXELS, (i + 1) * PIXELS), k * PIXELS));
  return { images: kept, labels: picked.map((i) => majority[i]!) };
}

async function judge(
  peer: Peer,
  { images, labels }: ReturnType<typeof withMajority>,
  option: PeerOption,
): Promise<ClassificationFigures> {
  const probabilities = new Float32Array(labels.length * EMOTIONS.length);
  for (let from = 0; from < labels.length; from += BATCH) {
    const some = images.subarray(from * PIXELS, Math.min(from + BATCH, labels.length) * PIXELS);
    probabilities.set(await peer.classify(some, FACE_SIZE, option), from * EMOTIONS.length);
  }
  return figures(probabilities, labels, EMOTIONS.length);
}
