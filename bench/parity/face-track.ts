import { seeded } from '../support/random.js';
import { encodeVideo } from '../support/encode-video.js';
import { type Recording, streamed } from '../support/recording.js';
import { facePatch, type Patch } from './face-patch.js';
import type { Appearance } from './appearance.js';

export interface CameraOptions {
  width: number;
  height: number;
  /** bit/s of what the tap takes. */
  bitRate: number;
  /** Side of the face picture over the height of the scene. */
  faceShare: number;
}

/**
 * What the tap takes of the call page's simulcast for a 720-line camera (client/page/session/media-link.ts): the lowest
 * spatial layer, and of it the lowest of three temporal ones, a quarter of the pictures and, by libvpx's default
 * allocation, two fifths of the bits.
 */
export const TAPPED_LAYER: CameraOptions = { width: 320, height: 180, bitRate: 0.4 * 110_000, faceShare: 0.6 };
/** The layer above, for a browser that sends no lower one. */
export const MIDDLE_LAYER: CameraOptions = { width: 640, height: 360, bitRate: 0.4 * 320_000, faceShare: 0.6 };

/** A whole number a second, so that every window holds as many. */
const FRAMES_PER_SECOND = 8;
/**
 * The empty room, so that the face before is forgotten, then the face: long enough for a search at full detail, which is
 * every third (src/features/face-observer.ts) and finds what a face without its head hides from the others.
 */
const PERIOD_SECONDS = 5;
const EMPTY_SECONDS = 1;
/** Clocks have their reports, and the key frame that the tap asks for is there. A whole number of periods. */
const LEAD_SECONDS = 5;
const PERIOD = PERIOD_SECONDS * FRAMES_PER_SECOND;
const LEAD = LEAD_SECONDS * FRAMES_PER_SECOND;

/** Time between two pictures, ms. */
export const PICTURE_MS = 1000 / FRAMES_PER_SECOND;

/**
 * One participant's camera: face after face in front of the same room. A picture every 125 ms; the first one should be sent
 * half of that after a whole second, so that none lies near a window's edge.
 * @param faces FACE_SIZE² grey values each
 */
export function faceTrack(
  faces: readonly { example: number; image: Uint8Array }[],
  camera: CameraOptions,
  seed: number,
): { recording: Recording; appearances: Appearance[]; seconds: number } {
  const random = seeded(seed);
  const room = drawRoom(camera, random);
  const side = Math.round(camera.faceShare * camera.height);
  let drawn: { index: number; patch: Patch } | undefined;
  const encoded = encodeVideo({
    codec: 'VP8',
    width: camera.width,
    height: camera.height,
    framesPerSecond: FRAMES_PER_SECOND,
    frames: LEAD + faces.length * PERIOD,
    keyFrameEvery: PERIOD,
    bitRate: camera.bitRate,
    draw: (frame, rgb) => {
      rgb.set(room);
      const index = Math.floor((frame - LEAD) / PERIOD);
      const face = faces[index];
      if (!face || (frame - LEAD) % PERIOD < EMPTY_SECONDS * FRAMES_PER_SECOND) return;
      if (drawn?.index !== index) drawn = { index, patch: facePatch(face.image, side) };
      // A person sways a little.
      const phase = (2 * Math.PI * frame) / PERIOD;
      const dx = Math.round(0.04 * side * Math.sin(phase));
      const dy = Math.round(0.02 * side * Math.sin(2 * phase));
      lay(drawn.patch, rgb, camera, 0.5 * camera.width + dx, 0.47 * camera.height + dy);
    },
  });
  return {
    recording: {
      video: {
        codec: 'VP8',
        framesPerSecond: FRAMES_PER_SECOND,
        frames: streamed(encoded),
      },
      audio: null,
    },
    appearances: faces.map(({ example }, i) => ({
      example,
      startMs: (LEAD_SECONDS + i * PERIOD_SECONDS + EMPTY_SECONDS) * 1000,
      windows: Array.from(
        { length: PERIOD_SECONDS - EMPTY_SECONDS },
        (_, second) => (LEAD_SECONDS + i * PERIOD_SECONDS + EMPTY_SECONDS + second) * 1000,
      ),
    })),
    seconds: LEAD_SECONDS + faces.length * PERIOD_SECONDS,
  };
}

/** A wall, lit from one side, with the grain of a camera. */
function drawRoom({ width, height }: CameraOptions, random: () => number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const base = 90 + 60 * random();
  const slope = 60 * (random() - 0.5);
  const tint = [1.02, 1, 0.95];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const light = base + slope * (x / width - 0.5) - 15 * (y / height) + 8 * (random() - 0.5);
      for (let c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = Math.round(light * tint[c]!);
    }
  }
  return rgb;
}

function lay({ side, grey, cover }: Patch, rgb: Uint8Array, scene: CameraOptions, centreX: number, centreY: number) {
  const left = Math.round(centreX - side / 2);
  const upper = Math.round(centreY - side / 2);
  for (let y = Math.max(0, -upper); y < side && upper + y < scene.height; y++) {
    for (let x = Math.max(0, -left); x < side && left + x < scene.width; x++) {
      const at = y * side + x;
      const to = ((upper + y) * scene.width + left + x) * 3;
      for (let c = 0; c < 3; c++) {
        rgb[to + c] = Math.round(cover[at]! * grey[at]! + (1 - cover[at]!) * rgb[to + c]!);
      }
    }
  }
}
