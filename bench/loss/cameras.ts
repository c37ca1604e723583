import { VideoEncoder, type VideoSource } from '../support/encode-video.js';
import { packetizeH264, packetizeVp8 } from '../support/packetize.js';
import { seeded } from '../support/random.js';
import type { LiveVideo } from '../support/synthetic-track.js';

export const CAMERAS = {
  'vp8-layers': 'VP8, three temporal layers of 30 pictures a second, as browsers send; the tap takes the lowest',
  vp8: 'VP8, 15 pictures a second',
  h264: 'H.264, 15 pictures a second',
} as const;
export type CameraName = keyof typeof CAMERAS;

/** Small, so that it is the road that is measured and not this machine; as many packets as a larger one has at this bitrate. */
const SIZE = { width: 160, height: 90 };
/** Layers by picture, and whether a picture needs of its layer none before it (libvpx's pattern 3). */
const PATTERN = [
  { layer: 0, layerSync: false },
  { layer: 2, layerSync: true },
  { layer: 1, layerSync: true },
  { layer: 2, layerSync: false },
];
const LAYER_OPTIONS = {
  'error-resilient': 'default',
  'ts-parameters':
    'ts_number_layers=3:ts_target_bitrate=120,180,250:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3',
};

/** A camera that encodes what it sends, with a key frame at once when it is asked for one, and never otherwise. */
export function openCamera(name: CameraName): LiveVideo & { close: () => void } {
  const codec = name === 'h264' ? 'H264' : 'VP8';
  const layered = name === 'vp8-layers';
  const framesPerSecond = layered ? 30 : 15;
  const encoder = new VideoEncoder({
    codec,
    ...SIZE,
    framesPerSecond,
    frames: Infinity,
    draw: drawFrom(scene()),
    keyFrameEvery: 100_000,
    bitRate: 250_000,
    options: layered ? LAYER_OPTIONS : {},
  });
  /** Pictures encoded. */
  let count = 0;
  return {
    codec,
    framesPerSecond,
    temporalLayers: layered ? PATTERN.length - 1 : 1,
    encode: (_index, wanted) => {
      // Key frames are of the lowest layer.
      const key = wanted && (!layered || count % PATTERN.length === 0);
      const [encoded] = encoder.encode(count, key);
      if (!encoded) throw new Error('the encoder gave no picture');
      const { data, keyFrame } = encoded;
      const place = PATTERN[count % PATTERN.length] as (typeof PATTERN)[number];
      const layering = { ...place, picture: count & 0x7fff, baseIndex: Math.floor(count / PATTERN.length) & 0xff };
      count++;
      if (codec === 'H264') return { payloads: packetizeH264(data), isKeyFrame: keyFrame };
      return { payloads: packetizeVp8(data, layered ? layering : undefined), isKeyFrame: keyFrame };
    },
    close: () => void encoder.finish(),
  };
}

let drawn: Uint8Array[] | undefined;

/** Soft moving shapes with as much noise as makes a picture several packets, drawn once for all cameras. */
function scene(): Uint8Array[] {
  drawn ??= Array.from({ length: 30 }, (_, index) => {
    const rgb = new Uint8Array(SIZE.width * SIZE.height * 3);
    const turn = (2 * Math.PI * index) / 30;
    const random = seeded(index);
    for (let y = 0, at = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++, at += 3) {
        const value = 110 + 60 * Math.sin(x / 23 + turn) + 40 * Math.cos(y / 17 - turn) + 40 * random();
        rgb.fill(value, at, at + 3);
      }
    }
    return rgb;
  });
  return drawn;
}

const drawFrom = (pictures: Uint8Array[]): VideoSource['draw'] => {
  return (index, rgb) => {
    rgb.set(pictures[index % pictures.length] as Uint8Array);
  };
};
