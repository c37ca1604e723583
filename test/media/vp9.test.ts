import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeVideo, packetizeVp9, writeRtp } from '../../bench/support/index.js';
import type { Vp9Layering } from '../../bench/support/packetize-layered.js';
import { VideoDecoder } from '../../src/media/video-decoder.js';
import { VIDEO_CODECS } from '../../src/media/video-codecs.js';
import { readVp9Header, vp9Frames } from '../../src/media/vp9-header.js';
import { parseRtp, type RtpPacket } from '../../src/media/rtp-packet.js';
import { Vp9Depacketizer } from '../../src/media/vp9-depacketizer.js';
import { parseVp9Payload } from '../../src/media/vp9-payload.js';
import { bitsOf } from './support/bits.js';
import { EPOCH, videoReceiver } from './support/drive.js';
import { drawMoving, psnrOfMoving } from './support/moving-picture.js';

/** VP9 bitstream §6.2: marker, profile 0, a key frame that is shown, sync code, colours, size. */
const keyHeader = (width: number, height: number, profile = '00'): Uint8Array =>
  bitsOf(
    '10',
    profile,
    '0',
    '0',
    '1',
    '0',
    [0x498342, 24],
    '001',
    '0',
    [width - 1, 16],
    [height - 1, 16],
    '0',
    '00000000',
  );
/** An inter frame that takes the places of `refreshes`; `found`: which of its references has its size. */
const interHeader = (refreshes: number, places: [number, number, number], found: string, size?: [number, number]) =>
  bitsOf(
    ...(['10', '00', '0', '1', '1', '1', [refreshes, 8]] as (string | [number, number])[]),
    ...places.map((place): [number, number] => [place << 1, 4]),
    found,
    ...(size ?? []).map((side): [number, number] => [side - 1, 16]),
    '0000000000000000',
  );

describe('the payload descriptor of VP9 (RFC 9628 §4.2)', () => {
  const data = [...keyHeader(320, 180)];
  it.each<[string, number[], object]>([
    ['nothing but B and E', [0x0c], { begins: true, ends: true, keyFrame: true, picture: null, baseIndex: null }],
    ['neither', [0x00], { begins: false, ends: false, keyFrame: false }],
    ['a picture number of 7 bits', [0x88, 0x11], { picture: { number: 0x11, modulus: 128 }, keyFrame: true }],
    ['one of 15 bits', [0x88, 0x92, 0x34], { picture: { number: 0x1234, modulus: 32_768 } }],
    ['a picture that builds on others', [0xc8, 0x11], { independent: false, keyFrame: false }],
    [
      'layer indices and TL0PICIDX',
      [0xa8, 0x11, 0x54, 200],
      { layer: 2, spatialLayer: 2, upper: true, switchUp: true, baseIndex: 200, disposable: true, keyFrame: true },
    ],
    ['a layer that builds on the one below', [0xa8, 0x11, 0x03, 200], { spatialLayer: 1, independent: false }],
    ['flexible mode, no references', [0xb8, 0x11, 0x00], { baseIndex: null, keyFrame: true }],
    ['flexible mode, three references', [0xf8, 0x11, 0x00, 3, 5, 6], { keyFrame: false, independent: false }],
    ['a structure with sizes', [0x0a, 0x30, 0, 160, 0, 90, 1, 64, 0, 180], { keyFrame: true }],
    ['a structure with a group', [0x0a, 0x08, 2, 0x00, 0x18, 1, 2], { keyFrame: true }],
    ['a structure with both', [0x0a, 0x18, 0, 160, 0, 90, 1, 0x04, 1], { keyFrame: true }],
  ])('with %s', (_name, octets, expected) => {
    const payload = Uint8Array.from([...octets, ...data]);
    expect(parseVp9Payload(payload)).toMatchObject({ ...expected, data: Uint8Array.from(data) });
    // Cut short anywhere it is none.
    for (let length = 0; length <= octets.length; length++)
      expect(parseVp9Payload(payload.subarray(0, length))).toBeNull();
  });

  it('is refused with four references, or in flexible mode without a number', () => {
    expect(parseVp9Payload(Uint8Array.from([0xf8, 0x11, 0x00, 3, 5, 7, 9, ...data]))).toBeNull();
    expect(parseVp9Payload(Uint8Array.from([0x18, ...data]))).toBeNull();
  });
});

it('a hole that may have held as many pictures as there are numbers is not passed over', () => {
  const continuity = VIDEO_CODECS.VP9.continuity();
  const packet = (number: number): RtpPacket =>
    parseRtp(
      writeRtp(
        { payloadType: 101, ssrc: 7, timestamp: number, marker: true, sequenceNumber: number },
        Uint8Array.from([0xcc, number, ...interHeader(1, [0, 0, 0], '1')]),
      ),
    )!;
  continuity.follow(packet(5));
  expect([0, 127, 128, 200].map((missing) => continuity.needsNone(packet(6), missing))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe('the size of a VP9 picture is known before it is decoded', () => {
  const read = (...pictures: Uint8Array[]) => {
    const sizes = VIDEO_CODECS.VP9.sizes();
    return pictures.map((picture) => sizes.read(picture, false)?.pixels ?? null);
  };

  it.each([
    [320, 180],
    [161, 91],
    [18, 1000],
    [1920, 1080],
  ])('%d×%d as the encoder has it', (width, height) => {
    const picture = { width, height, framesPerSecond: 10, frames: 3, keyFrameEvery: 10 };
    const pictures = encodeVideo({ codec: 'VP9', ...picture, draw: (_, rgb) => rgb.fill(90) });
    const whole = Math.ceil(width / 8) * 8 * Math.ceil(height / 8) * 8;
    expect(read(...pictures.map(({ data }) => data))).toEqual([whole, whole, whole]);
    expect(readVp9Header(pictures[0]!.data)).toMatchObject({ kind: 'key', size: { width, height }, refreshes: 255 });
    expect(readVp9Header(pictures[1]!.data)).toMatchObject({ kind: 'inter', size: null });
  });

  it('also of one that changes it without a key frame, and of those that take it over', () => {
    expect(
      read(
        keyHeader(320, 192),
        // Another size for place 3, then each of the two by reference.
        interHeader(0b1000, [0, 1, 2], '000', [640, 384]),
        interHeader(0, [0, 3, 1], '1'),
        interHeader(0, [0, 3, 1], '01'),
        interHeader(0xff, [0, 0, 3], '001'),
        interHeader(0, [7, 0, 0], '1'),
        keyHeader(64, 64),
        interHeader(0, [3, 3, 3], '1'),
      ),
    ).toEqual([61_440, 245_760, 61_440, 245_760, 245_760, 245_760, 4096, 4096]);
  });

  it.each<[string, Uint8Array]>([
    ['more bits (profile 2)', keyHeader(320, 180, '01')],
    ['full planes of colour (profile 1)', keyHeader(320, 180, '10')],
    ['a side longer than any camera’s', keyHeader(16_384, 16)],
    ['no sync code', bitsOf('10', '00', '0', '0', '1', '0', [0x498343, 24], [0, 32], [0, 32])],
    ['no frame marker', Uint8Array.of(0x02, 0x49, 0x83, 0x42, 0, 0, 0, 0, 0)],
    ['an end in the middle of its header', keyHeader(320, 180).subarray(0, 7)],
  ])('a picture with %s is refused', (_name, picture) => {
    expect(read(picture)).toEqual([null]);
  });

  it('a picture of several frames costs as many (Annex B)', () => {
    const [one, two] = [keyHeader(320, 180), keyHeader(640, 360)];
    const index = (...sizes: number[]) => [0xc0 | (sizes.length - 1), ...sizes, 0xc0 | (sizes.length - 1)];
    const both = Uint8Array.from([...one, ...two, ...index(one.length, two.length)]);
    expect(vp9Frames(both)).toEqual([one, two]);
    expect(VIDEO_CODECS.VP9.sizes().read(both, true)).toEqual({ pixels: 640 * 360, pictures: 2, afresh: false });
    expect(vp9Frames(Uint8Array.from([...one, ...index(one.length + 1, 0)]))).toBeNull();
    expect(vp9Frames(Uint8Array.from([...one, ...index(one.length, 9)]))).toBeNull();
  });

  it('of which the decoder decodes each', () => {
    const [width, height] = [320, 192];
    const pictures = encodeVideo({
      codec: 'VP9',
      ...{ width, height, framesPerSecond: 10, frames: 20, keyFrameEvery: 20, bitRate: 600_000 },
      draw: drawMoving(width, height),
    });
    const decoder = new VideoDecoder('VP9', { longestSide: 640 });
    for (let index = 0; index < pictures.length; index += 2) {
      const pair = [pictures[index]!.data, pictures[index + 1]!.data];
      const mark = 0xc9; // two frames, sizes of two octets
      const sizes = pair.flatMap(({ length }) => [length & 0xff, length >> 8]);
      const both = Uint8Array.from([...pair.flatMap((data) => [...data]), mark, ...sizes, mark]);
      expect(vp9Frames(both)).toEqual(pair);
      const shown = decoder.decode(both, index, () => true);
      expect(shown).toHaveLength(2);
      for (const [i, picture] of shown.entries()) expect(psnrOfMoving(picture, index + i)).toBeGreaterThan(30);
    }
    decoder.close();
  });

  it('the decoder itself takes none that is larger than allowed', () => {
    const decoder = new VideoDecoder('VP9', { longestSide: 640, maxPixels: 320 * 180 - 1 });
    const [picture] = encodeVideo({
      codec: 'VP9',
      ...{ width: 320, height: 180, framesPerSecond: 10, frames: 1, keyFrameEvery: 1 },
      draw: (_, rgb) => rgb.fill(90),
    });
    expect(() => decoder.decode(picture!.data, 0, () => true)).toThrow('cannot be decoded');
    decoder.close();
  });
});

describe('VP9 in spatial layers', () => {
  const FRAMES = 20;
  const stream = (width: number, height: number) =>
    encodeVideo({
      codec: 'VP9',
      ...{ width, height, framesPerSecond: 10, frames: FRAMES, keyFrameEvery: 10, bitRate: 400_000 },
      draw: drawMoving(width, height),
    });
  const [low, high] = [stream(160, 96), stream(320, 192)];

  /** @param lowFrom the lowest layer is sent from this picture on. @param lose packets of a picture and layer that never come */
  function send(interLayer: boolean, lowFrom = 0, lose: (picture: number, layer: number) => boolean = () => false) {
    const { receiver, frames, packet, state, meter } = videoReceiver('VP9');
    let sequenceNumber = 65_530;
    for (let index = 0; index < FRAMES; index++) {
      state.now = EPOCH + index * 100;
      const layered = (spatialLayer: number): Uint8Array[] => {
        const { data, keyFrame } = (spatialLayer === 0 ? low : high)[index]!;
        const layering: Vp9Layering = {
          ...{ picture: index, baseIndex: index, layer: 0, spatialLayer, predicted: !keyFrame },
          interLayer: interLayer && spatialLayer > 0 && keyFrame,
          ...(keyFrame && spatialLayer === 0
            ? {
                structure: [
                  { width: 160, height: 96 },
                  { width: 320, height: 192 },
                ],
              }
            : {}),
        };
        return packetizeVp9(data, layering);
      };
      const all = [0, 1].flatMap((layer) =>
        layer === 0 && index < lowFrom ? [] : layered(layer).map((payload) => ({ layer, payload })),
      );
      all.forEach(({ layer, payload }, i) => {
        const head = { payloadType: 101, ssrc: 7, timestamp: index * 9000, marker: i === all.length - 1 };
        const rtp = writeRtp({ ...head, sequenceNumber: sequenceNumber++ & 0xffff }, payload);
        if (!lose(index, layer)) packet(rtp);
      });
      receiver.tick(state.now);
    }
    receiver.close();
    const shown = frames.map((frame) => {
      const index = Math.round((frame.mediaTime - EPOCH) / 100);
      return { index, width: frame.width, psnr: psnrOfMoving(frame, index) };
    });
    return { shown, meter, requests: state.keyFrameRequests };
  }

  it.each([
    ['that build on each other at key frames (L2T1_KEY)', true],
    ['of their own each (S2T1)', false],
  ])('%s: the lowest comes out, whole', (_name, interLayer) => {
    const { shown, meter, requests } = send(interLayer);
    expect(shown.map(({ index, width }) => [index, width])).toEqual(low.map((_, index) => [index, 160]));
    expect(Math.min(...shown.map(({ psnr }) => psnr))).toBeGreaterThan(30);
    expect([meter.total('emostream_dropped_total'), requests]).toEqual([0, 0]);
  });

  it('the lowest that there is, where the lowest of all is switched off until a key frame', () => {
    const { shown } = send(false, 10);
    expect(shown.map(({ width }) => width)).toEqual([...Array<number>(10).fill(320), ...Array<number>(10).fill(160)]);
    expect(Math.min(...shown.map(({ psnr }) => psnr))).toBeGreaterThan(30);
  });

  it('nothing is waited for nor asked for when upper ones are lost', () => {
    const { shown, requests } = send(true, 0, (picture, layer) => layer === 1 && picture % 3 === 2);
    expect(shown).toHaveLength(FRAMES);
    expect(requests).toBe(0);
  });

  it('a key frame is asked for when the lowest is lost', () => {
    const { shown, requests } = send(true, 0, (picture, layer) => layer === 0 && picture === 4);
    expect(requests).toBeGreaterThan(0);
    expect(shown.map(({ index }) => index)).toEqual([0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });
});

it('of whatever octets VP9 is depacketized, nothing is thrown', () => {
  const octets = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 10 }), (payloads) => {
      const depacketizer = new Vp9Depacketizer();
      for (const payload of payloads) {
        depacketizer.begins(payload);
        depacketizer.add(payload);
      }
      const picture = depacketizer.finish();
      if (typeof picture === 'string') return;
      expect(picture.data.length).toBeGreaterThan(0);
      VIDEO_CODECS.VP9.sizes().read(picture.data, true);
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(octets, (data) => void VIDEO_CODECS.VP9.sizes().read(Uint8Array.from([0x82, ...data]), true)));
});
