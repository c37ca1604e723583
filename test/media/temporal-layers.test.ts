import { beforeAll, describe, expect, it } from 'vitest';
import { encodeVideo, packetizeVp8, packetizeVp9, seeded, writeRtp } from '../../bench/support/index.js';
import { EPOCH, videoReceiver } from './support/drive.js';
import { drawMoving, psnrOfMoving } from './support/moving-picture.js';

const SIZE = { width: 160, height: 96 };
const FPS = 20;
const INTERVAL = 1000 / FPS;
const PICTURES = 120;
/** Three temporal layers as browsers make them: 0 2 1 2. */
const LAYERS = [0, 2, 1, 2];
const layerOf = (index: number): number => LAYERS[index % 4]!;

const OPTIONS = {
  // As WebRTC does with layers: what a picture learns of probabilities is for itself.
  'error-resilient': 'default',
  'ts-parameters':
    'ts_number_layers=3:ts_target_bitrate=300,450,600:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3',
};

function encode(codec: 'VP8' | 'VP9'): Uint8Array[][] {
  const encoded = encodeVideo({
    codec,
    ...SIZE,
    framesPerSecond: FPS,
    frames: PICTURES,
    keyFrameEvery: PICTURES,
    bitRate: 600_000,
    draw: drawMoving(SIZE.width, SIZE.height),
    options: OPTIONS,
  });
  return encoded.map(({ data, keyFrame }, index) => {
    const layering = {
      picture: 32_700 + index,
      baseIndex: 250 + Math.floor(index / 4),
      layer: layerOf(index),
    };
    // In this pattern the first of the second layer after a key frame builds on the base alone, as does each of the third after one of the base;
    // and none builds on a picture of an upper layer that came before the last of the base.
    return codec === 'VP8'
      ? packetizeVp8(data, { ...layering, layerSync: index % 4 === 1 || index % 4 === 2 })
      : packetizeVp9(data, { ...layering, predicted: !keyFrame, switchUp: index % 4 === 0 });
  });
}

const ALL = { VP8: [] as Uint8Array[][], VP9: [] as Uint8Array[][] };
beforeAll(() => {
  ALL.VP8 = encode('VP8');
  ALL.VP9 = encode('VP9');
});

/** Sends the pictures; packets of which `lose` says so never come. */
function send(codec: 'VP8' | 'VP9', lose: (index: number, packet: number, of: number) => boolean) {
  const { receiver, frames, meter, state, packet } = videoReceiver(codec);
  let sequenceNumber = 65_500;
  const shownAt = new Map<number, number>();
  ALL[codec].forEach((payloads, index) => {
    state.now = EPOCH + index * INTERVAL;
    payloads.forEach((payload, i) => {
      const fields = { payloadType: 101, ssrc: 7, marker: i === payloads.length - 1, timestamp: index * 4500 };
      const rtp = writeRtp({ ...fields, sequenceNumber: sequenceNumber++ & 0xffff }, payload);
      if (!lose(index, i, payloads.length)) packet(rtp);
    });
    for (const { mediaTime } of frames.slice(shownAt.size)) {
      shownAt.set(Math.round((mediaTime - EPOCH) / INTERVAL), index);
    }
    receiver.tick(state.now);
  });
  receiver.close();
  const worst = Math.min(
    ...frames.map((frame) => psnrOfMoving(frame, Math.round((frame.mediaTime - EPOCH) / INTERVAL))),
  );
  return { shownAt, worst, meter, requests: state.keyFrameRequests };
}

const GOOD = 28;
const indices = (of: (index: number) => boolean): number[] =>
  Array.from({ length: PICTURES }, (_, index) => index).filter(of);

describe.each(['VP8', 'VP9'] as const)('%s with temporal layers', (codec) => {
  it('comes out whole', () => {
    const { shownAt, worst, requests } = send(codec, () => false);
    expect([...shownAt.keys()]).toEqual(indices(() => true));
    expect(worst).toBeGreaterThan(GOOD);
    expect(requests).toBe(0);
  });

  it.each<[string, (index: number, packet: number, of: number) => boolean]>([
    ['whole pictures', () => true],
    ['their first packets', (_, packet) => packet === 0],
    ['their last packets', (_, packet, of) => packet === of - 1],
  ])('waits for nothing and asks for nothing when of upper layers %s are lost', (_name, which) => {
    for (const upper of [1, 2]) {
      const random = seeded(upper);
      const hit = new Set(indices((index) => layerOf(index) >= upper && index > 8 && random() < 0.4));
      const { shownAt, worst, requests } = send(
        codec,
        (index, packet, of) => hit.has(index) && which(index, packet, of),
      );
      const base = indices((index) => layerOf(index) === 0);
      for (const index of base) expect(shownAt.get(index)).toBe(index);
      for (const index of hit) expect(shownAt.has(index)).toBe(false);
      // Of what was lost alone the third layer only its own pictures are missing.
      expect(shownAt.size).toBeGreaterThan(PICTURES / 4);
      expect(worst).toBeGreaterThan(GOOD);
      expect(requests).toBe(0);
    }
  });

  it('waits for a picture of the base, and asks for a key frame once it is really lost', () => {
    const { shownAt, requests, worst } = send(codec, (index) => index === 40);
    expect(Math.max(...shownAt.keys())).toBe(39);
    expect(requests).toBeGreaterThanOrEqual(1);
    expect(worst).toBeGreaterThan(GOOD);
  });

  it('asks for a key frame where a packet of the base and one of an upper layer are lost together', () => {
    const { shownAt, requests } = send(
      codec,
      (index, packet, of) => (index === 40 && packet === of - 1) || index === 41,
    );
    expect(Math.max(...shownAt.keys())).toBe(39);
    expect(requests).toBeGreaterThanOrEqual(1);
  });
});
