import type { Region } from './resample.js';

/**
 * The arithmetic around the BlazeFace network: anchors, decoding and merging, after
 * V. Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", arXiv:1907.05047 (2019):
 * square anchors centred in the cells of two feature maps (section 3.3), box centres given as offsets in input pixels,
 * and overlapping predictions blended by score instead of suppressed, which steadies the box over time (section 3.4).
 * The network is fully convolutional, so the feature maps follow the size of the input.
 */
export const BLAZEFACE_MAPS = [
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 6 },
] as const;

/** Values per anchor: centre x, y, width, height, and six key points (eyes, nose, mouth, ears) with x and y. */
export const BLAZEFACE_VALUES = 16;

/** A detection in input pixels. */
export interface Detection extends Region {
  /** 0..1 */
  score: number;
}

/**
 * Decodes one feature map.
 * @param scores cells × anchors logits, row major, anchors innermost
 * @param boxes cells × anchors × BLAZEFACE_VALUES
 * @param columns feature map width
 */
export function decodeMap(
  scores: ArrayLike<number>,
  boxes: ArrayLike<number>,
  columns: number,
  map: { stride: number; anchors: number },
  minScore: number,
): Detection[] {
  const found: Detection[] = [];
  const minLogit = Math.log(minScore / (1 - minScore));
  for (let i = 0; i < scores.length; i++) {
    const logit = scores[i]!;
    if (!(logit >= minLogit)) continue; // NaN is no face
    const cell = Math.floor(i / map.anchors);
    const at = i * BLAZEFACE_VALUES;
    const width = boxes[at + 2]!;
    const height = boxes[at + 3]!;
    if (!(width > 0 && height > 0)) continue;
    const centreX = ((cell % columns) + 0.5) * map.stride + boxes[at]!;
    const centreY = (Math.floor(cell / columns) + 0.5) * map.stride + boxes[at + 1]!;
    found.push({ x: centreX - width / 2, y: centreY - height / 2, width, height, score: 1 / (1 + Math.exp(-logit)) });
  }
  return found;
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: Region, b: Region): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const common = width * height;
  return common / (a.width * a.height + b.width * b.height - common);
}

/** Blends detections that overlap by more than `minOverlap`: the best one's score, and the score-weighted mean box. */
export function blend(detections: readonly Detection[], minOverlap: number): Detection[] {
  const rest = [...detections].sort((a, b) => b.score - a.score);
  const merged: Detection[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const group = rest.filter((d) => d === best || overlap(d, best) > minOverlap);
    for (const d of group) rest.splice(rest.indexOf(d), 1);
    const total = group.reduce((sum, d) => sum + d.score, 0);
    const mean = (of: (d: Detection) => number): number => group.reduce((sum, d) => sum + d.score * of(d), 0) / total;
    merged.push({
      x: mean((d) => d.x),
      y: mean((d) => d.y),
      width: mean((d) => d.width),
      height: mean((d) => d.height),
      score: best.score,
    });
  }
  return merged;
}
