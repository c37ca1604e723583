import * as tf from '@tensorflow/tfjs-core';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { EmostreamError } from '../common/errors.js';
import { BLAZEFACE_MAPS, BLAZEFACE_VALUES, blend, decodeMap, type Detection } from './blazeface-anchors.js';
import { openInputSize, readHumanModel } from './human-models.js';
import type { AnyPicture } from './picture.js';
import { resampleRgbInto, within, type Region } from './resample.js';
import { useWasmBackend } from '../common/tfjs-wasm.js';

export type { Picture } from './picture.js';

/** How much of the picture the network gets to see: the area of its input in pixels. Time is proportional to it. */
export const SEARCH_AREA = { close: 96 * 96, coarse: 128 * 128, fine: 200 * 200 } as const;
export type SearchDetail = keyof typeof SEARCH_AREA;

/** Lowest score reported: a face in doubt. Portraits score 0.85 to 0.95, and so do, now and then, things that are none. */
export const MIN_SCORE = 0.5;
/** Detections that overlap more are one face (the threshold of the paper's non-maximum suppression). */
const MIN_OVERLAP = 0.3;
/** The deepest feature map has one cell per so many pixels; the input is a multiple of it. */
const GRANULE = 32;
/** A framed look: a square of so many pixels of the network's input, and the face's side in it. */
const FRAME = { side: 96, face: 62 } as const;
/** A picture is magnified at most so much: more adds no information. */
const MAX_MAGNIFY = 2;

/**
 * Finds faces with the BlazeFace network (back camera model) that the npm package @vladmandic/human carries. One per
 * thread; `find` is synchronous and keeps no tensors.
 */
export class FaceFinder {
  readonly #model: GraphModel;
  readonly #outputs: string[];
  #canvas = new Float32Array(0);
  #disposed = false;

  private constructor(model: GraphModel, outputs: string[]) {
    this.#model = model;
    this.#outputs = outputs;
  }

  /** @throws EmostreamError MODEL_INVALID when the network's files are missing or not the expected ones. */
  static async create(): Promise<FaceFinder> {
    await useWasmBackend();
    try {
      const { artifacts, outputs } = await readModel();
      const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
      const finder = new FaceFinder(model, outputs);
      // The first run allocates; no live picture should pay for it.
      finder.find({ rgb: new Uint8Array(GRANULE * GRANULE * 3), width: GRANULE, height: GRANULE });
      return finder;
    } catch (cause) {
      throw new EmostreamError(
        'MODEL_INVALID',
        'The face detector (@vladmandic/human/models/blazeface) could not be loaded. Run `npm ci` again.',
        { cause },
      );
    }
  }

  /**
   * @param region the part of the picture to search; all of it if not given
   * @returns faces in pixels of the picture, best first
   */
  find(picture: AnyPicture, detail: SearchDetail = 'coarse', region?: Region): Detection[] {
    if (this.#disposed) throw new EmostreamError('CLOSED', 'The face finder was disposed.');
    const { width, height } = picture;
    const area = region ?? { x: 0, y: 0, width, height };
    return this.#look(picture, area, { left: 0, top: 0, ...inputSize(area, SEARCH_AREA[detail]) });
  }

  /**
   * A look at a face as large as the picture: what is to be seen of it takes two thirds of a small square, with black where the
   * picture ends.
   * @param box in pixels of the picture @returns as `find`
   */
  findFramed(picture: AnyPicture, box: Region): Detection[] {
    if (this.#disposed) throw new EmostreamError('CLOSED', 'The face finder was disposed.');
    const face = within(box, picture);
    const scale = FRAME.face / Math.max(face.width, face.height);
    const half = FRAME.side / scale / 2;
    const [x, y] = [face.x + face.width / 2 - half, face.y + face.height / 2 - half];
    const area = within({ x, y, width: 2 * half, height: 2 * half }, picture);
    const pixels = (length: number): number => Math.min(Math.max(1, Math.round(length * scale)), FRAME.side);
    const [contentWidth, contentHeight] = [pixels(area.width), pixels(area.height)];
    return this.#look(picture, area, {
      ...{ left: (FRAME.side - contentWidth) >> 1, top: (FRAME.side - contentHeight) >> 1 },
      ...{ contentWidth, contentHeight, canvasWidth: FRAME.side, canvasHeight: FRAME.side },
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.dispose();
  }

  /** Puts a part of the picture at a place of a black canvas, and searches that. */
  #look(picture: AnyPicture, area: Region, canvas: Canvas): Detection[] {
    const { canvasWidth, canvasHeight, contentWidth, contentHeight, left, top } = canvas;
    const length = canvasWidth * canvasHeight * 3;
    if (this.#canvas.length !== length) this.#canvas = new Float32Array(length);
    this.#canvas.fill(-1); // black around the picture
    resampleRgbInto(
      this.#canvas.subarray((top * canvasWidth + left) * 3),
      canvasWidth,
      picture,
      area,
      contentWidth,
      contentHeight,
      1 / 127.5, // the network takes -1..1
      -1,
    );
    const scaleX = area.width / contentWidth;
    const scaleY = area.height / contentHeight;
    return blend(this.#detect(canvasWidth, canvasHeight), MIN_OVERLAP).map((d) => ({
      x: area.x + (d.x - left) * scaleX,
      y: area.y + (d.y - top) * scaleY,
      width: d.width * scaleX,
      height: d.height * scaleY,
      score: d.score,
    }));
  }

  #detect(canvasWidth: number, canvasHeight: number): Detection[] {
    const maps = tf.tidy(() => {
      const input = tf.tensor4d(this.#canvas, [1, canvasHeight, canvasWidth, 3]);
      const outputs = this.#model.execute(input, this.#outputs) as tf.Tensor4D[];
      return outputs.map((t) => ({ columns: t.shape[2], depth: t.shape[3], values: t.dataSync() }));
    });
    return BLAZEFACE_MAPS.flatMap((map) => {
      const scores = maps.find((m) => m.depth === map.anchors);
      const boxes = maps.find((m) => m.depth === map.anchors * BLAZEFACE_VALUES);
      return scores && boxes ? decodeMap(scores.values, boxes.values, scores.columns, map, MIN_SCORE) : [];
    });
  }
}

/** The network's input, pixels: the part of it that shows the picture, and where that begins. */
interface Canvas {
  canvasWidth: number;
  canvasHeight: number;
  contentWidth: number;
  contentHeight: number;
  left: number;
  top: number;
}

/** The network's input for a region: both sides multiples of GRANULE, about `area` pixels, the aspect ratio kept. */
export function inputSize(region: { width: number; height: number }, area: number) {
  const { width, height } = region;
  const long = Math.max(width, height);
  const ideal = Math.sqrt((area * long) / Math.min(width, height));
  const longSide = Math.max(GRANULE, Math.round(ideal / GRANULE) * GRANULE);
  const scale = Math.min(longSide / long, MAX_MAGNIFY);
  const contentWidth = Math.max(1, Math.round(width * scale));
  const contentHeight = Math.max(1, Math.round(height * scale));
  const up = (n: number): number => Math.ceil(n / GRANULE) * GRANULE;
  return { canvasWidth: up(contentWidth), canvasHeight: up(contentHeight), contentWidth, contentHeight };
}

/**
 * The file fixes the input at 256 × 256 only by its declared shape and by four final reshapes. With the declared height
 * and width opened, and the outputs taken before the reshapes, the network runs on any size: a video call's picture needs
 * a quarter of the declared area, which takes a quarter of the time.
 */
async function readModel(): Promise<{ artifacts: tf.io.ModelArtifacts; outputs: string[] }> {
  const { file, artifacts } = await readHumanModel('blazeface');
  openInputSize(file);
  const nodes = file.modelTopology.node;
  const outputs = nodes.filter((node) => node.op === 'Reshape').map((node) => node.input![0]!);
  if (outputs.length !== 2 * BLAZEFACE_MAPS.length) throw new Error(`unexpected network: ${outputs.length} outputs`);
  return { artifacts, outputs };
}
