import { extname } from 'node:path';
import { EMOTIONS } from '../../../common/emotions.js';
import { cropFace } from '../../../features/face-crop.js';
import { FaceFinder, type Picture } from '../../../features/face-finder.js';
import { FaceObserver } from '../../../features/face-observer.js';
import type { Region } from '../../../features/resample.js';
import type { FaceObservation } from '../../../features/types.js';
import { decodePictures } from '../decode-pictures.js';
import type { FaceSet } from '../ferplus.js';
import type { MediaKind, RowHead } from './media.js';
import type { SplitItem } from './splits.js';

const FILMS = new Set(['.mp4', '.flv']);
/** Pictures taken of a film: neighbours of a short clip are all but the same picture. */
const FRAMES_PER_FILM = 4;
/** Every picture is searched, once as in a call and, where that finds none, at twice the detail. */
const SEARCH = { searchInterval: 0, steadyInterval: 0, fineEvery: 2 };
/** In an aligned picture the face fills most of it: what is found much smaller, in shares of its side, is none. */
const LEAST_ALIGNED = 0.4;
/** Side of what is searched around a marked face, in sides of the mark. */
const MARKED = 1.6;

/** Faces of pictures and films as a FaceSet, found, chosen and cropped by the code of the live path. */
export async function faceKind(): Promise<MediaKind> {
  const finder = await FaceFinder.create();
  return {
    modality: 'face',
    column: { name: 'images', type: 'Uint8Array' },
    read: async (item, data, skip) => {
      if (!FILMS.has(extname(item.file!).toLowerCase())) return [await alignedFace(finder, item, data)];
      const observer = new FaceObserver(finder, SEARCH);
      const crops: Uint8Array[] = [];
      for (const picture of await decodePictures(data, item.file!, FRAMES_PER_FILM)) {
        const { crop } = look(observer, picture);
        if (crop) crops.push(crop);
        else skip('a frame without a face');
      }
      return crops;
    },
    columns: (rows) => ({ ...faceColumns(rows) }),
    close: () => finder.dispose(),
  };
}

/** The face of a picture that is known to show one: where it is not found, the whole picture. */
async function alignedFace(finder: FaceFinder, { file, face }: SplitItem, data: Buffer): Promise<Uint8Array> {
  // The mark is in pixels of the picture as it is.
  const [whole] = await decodePictures(data, file!, 1, face ? Infinity : undefined);
  const picture = face ? cutOut(whole!, face) : whole!;
  const { width, height } = picture;
  const { crop, box } = look(new FaceObserver(finder, SEARCH), picture);
  if (crop && box && Math.max(box.width, box.height) >= LEAST_ALIGNED) return crop;
  const side = Math.max(width, height);
  return cropFace(picture, { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side });
}

/** The part of a picture around a marked face, with the margin in which a face is found. */
function cutOut({ rgb, width, height }: Picture, face: Region): Picture {
  const margin = (MARKED - 1) / 2;
  const within = (value: number, limit: number): number => Math.min(Math.max(Math.round(value), 0), limit);
  const [left, right] = [
    within(face.x - margin * face.width, width - 1),
    within(face.x + (1 + margin) * face.width, width),
  ];
  const [top, bottom] = [
    within(face.y - margin * face.height, height - 1),
    within(face.y + (1 + margin) * face.height, height),
  ];
  const part = { width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
  const out = new Uint8Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    const from = ((top + y) * width + left) * 3;
    out.set(rgb.subarray(from, from + part.width * 3), y * part.width * 3);
  }
  return { ...part, rgb: out };
}

function look(observer: FaceObserver, picture: Picture): FaceObservation {
  const frame = { ...picture, mediaTime: 0, arrivalMs: 0, decodedMs: 0 };
  const seen = observer.observe(frame);
  return seen.crop ? seen : observer.observe(frame);
}

function faceColumns(rows: readonly RowHead[]): Omit<FaceSet, 'images'> {
  const targets = new Float32Array(rows.length * EMOTIONS.length);
  rows.forEach(({ label }, i) => (targets[i * EMOTIONS.length + label] = 1));
  return {
    targets,
    majority: Int32Array.from(rows, ({ label }) => label),
    speakers: Int32Array.from(rows, ({ speaker }) => speaker),
  };
}
