import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetizeH264, packetizeVp8 } from '../../bench/support/index.js';
import { splitAnnexB } from '../../bench/support/packetize.js';
import { FrameAssembler } from '../../src/media/frame-assembler.js';
import { H264Depacketizer } from '../../src/media/h264-depacketizer.js';
import { KeyFrameRequester } from '../../src/media/key-frame-requester.js';
import { pictureParameters, sequenceParameters, slice } from './support/nal-bits.js';
import { parseVp8Payload, Vp8Depacketizer, vp8KeyFrameSize } from '../../src/media/vp8-depacketizer.js';

/** A VP8 picture of any content: frame tag with the key bit, and for a key frame start code and size (RFC 6386 §9.1). */
function vp8(content: Uint8Array, key: boolean): Uint8Array {
  const head = key ? [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00] : [0x11];
  return Uint8Array.from([...head, ...content]);
}

function setUp(codec: 'VP8' | 'H264') {
  const drops: string[] = [];
  let wanted = 0;
  const assembler = new FrameAssembler(codec, {
    onDrop: (reason) => drops.push(reason),
    onKeyFrameNeeded: () => wanted++,
  });
  let sequenceNumber = 0;
  const push = (payloads: Uint8Array[], timestamp: number, marker = true) =>
    payloads.flatMap((payload, i) =>
      assembler.push({
        payload,
        timestamp,
        marker: marker && i === payloads.length - 1,
        sequenceNumber: sequenceNumber++,
        payloadType: 96,
        ssrc: 1,
        arrivalMs: timestamp + i,
      }),
    );
  return { assembler, drops, push, wanted: () => wanted };
}

const content = fc.uint8Array({ minLength: 1, maxLength: 4000 });

describe('VP8', () => {
  it('comes out as it went in, with the arrival of its last packet', () => {
    fc.assert(
      fc.property(content, (data) => {
        const { push } = setUp('VP8');
        const frame = vp8(data, true);
        const payloads = packetizeVp8(frame);
        expect(push(payloads, 3000)).toEqual([
          { data: frame, keyFrame: true, timestamp: 3000, arrivalMs: 3000 + payloads.length - 1 },
        ]);
      }),
    );
  });

  it('reads every form of the payload descriptor', () => {
    const data = Buffer.from([1, 2]);
    const forms: number[][] = [
      [0x10],
      [0x90, 0x80, 0x11], // 7-bit picture number
      [0x90, 0x80, 0x92, 0x34], // 15-bit picture number
      [0x90, 0xe0, 0x92, 0x34, 5, 0x20], // with TL0PICIDX and TID
      [0x90, 0xf0, 0x11, 5, 0x20],
      [0x90, 0x20, 0x40], // TID alone
      [0x90, 0x10, 0x03], // KEYIDX alone
      [0x90, 0x40, 7], // TL0PICIDX alone
    ];
    for (const form of forms) {
      expect(parseVp8Payload(Buffer.from([...form, ...data]))).toMatchObject({ begins: true, keyFrame: false, data });
      for (let cut = 0; cut <= form.length; cut++) expect(parseVp8Payload(Buffer.from(form.slice(0, cut)))).toBeNull();
    }
  });

  it('reads the size of a key frame', () => {
    expect(vp8KeyFrameSize(vp8(Uint8Array.of(), true))).toEqual({ width: 320, height: 180 });
    expect(vp8KeyFrameSize(vp8(Uint8Array.of(1), false))).toBeNull();
  });

  it('starts with a key frame and waits for another after loss', () => {
    const { assembler, drops, push, wanted } = setUp('VP8');
    const key = packetizeVp8(vp8(new Uint8Array(3000), true));
    const delta = packetizeVp8(vp8(new Uint8Array(3000), false));
    expect(push(delta, 0)).toEqual([]);
    expect(drops).toEqual(['waiting']);
    expect(wanted()).toBe(1);
    expect(push(key, 1)).toHaveLength(1);
    expect(push(delta, 2)).toHaveLength(1);
    expect(push(delta.slice(0, 1), 3, false)).toEqual([]);
    assembler.lost(true);
    expect(push(delta.slice(2), 3)).toEqual([]);
    expect(assembler.needsKeyFrame).toBe(true);
    expect(push(delta, 4)).toEqual([]);
    expect(push(key, 5)).toHaveLength(1);
    expect(drops).toEqual(['waiting', 'incomplete', 'waiting']);
  });

  it('drops a picture whose beginning is missing', () => {
    const { assembler, drops, push } = setUp('VP8');
    const key = packetizeVp8(vp8(new Uint8Array(3000), true));
    push(key, 1);
    assembler.lost(true);
    expect(push(key.slice(1), 2)).toEqual([]);
    expect(drops).toEqual(['incomplete']);
  });

  it('ends a picture without marker at the next timestamp', () => {
    const { push } = setUp('VP8');
    const key = packetizeVp8(vp8(new Uint8Array(10), true));
    expect(push(key, 1, false)).toEqual([]);
    expect(push(key, 2).map(({ timestamp }) => timestamp)).toEqual([1, 2]);
  });

  it('does not collect a picture that never ends', () => {
    const { drops, push } = setUp('VP8');
    const key = packetizeVp8(vp8(new Uint8Array(10), true));
    expect(push(key, 0)).toHaveLength(1);
    push([Buffer.concat([Buffer.from([0x10]), vp8(new Uint8Array(60_000), true)])], 1, false);
    const part = Buffer.concat([Buffer.from([0]), Buffer.alloc(60_000)]);
    for (let i = 0; i < 100; i++) push([part], 1, false);
    expect(push([part], 1)).toEqual([]);
    expect(drops).toEqual(['too-large']);
    expect(push(key, 2)).toHaveLength(1);
  });

  it('of more packets than it could have is dropped, however small they are', () => {
    const { push, drops } = setUp('VP8');
    const key = packetizeVp8(vp8(new Uint8Array(10), true));
    expect(push(key, 0)).toHaveLength(1);
    push(key, 1, false);
    const crumb = Uint8Array.of(0, 1);
    for (let i = 0; i < 5000; i++) push([crumb], 1, false);
    expect(push([crumb], 1)).toEqual([]);
    expect(drops).toEqual(['too-large']);
    expect(push(key, 2)).toHaveLength(1);
  });
});

describe('H.264', () => {
  const SETS = [sequenceParameters(), pictureParameters()];
  const KEY = [...SETS, slice({ idr: true })];
  const annexB = (units: Uint8Array[]) => Uint8Array.from(units.flatMap((nal) => [0, 0, 0, 1, ...nal]));

  it('of more units than it could have is dropped', () => {
    const { push, drops } = setUp('H264');
    expect(push(KEY, 0)).toHaveLength(1);
    const crumbs = Uint8Array.from([0x78, ...Array.from({ length: 1000 }, () => [0, 1, 0x65]).flat()]);
    expect(push([crumbs, crumbs, crumbs, crumbs, crumbs], 1)).toEqual([]);
    expect(drops).toEqual(['malformed']);
  });

  it('comes out as it went in, whatever the packetization', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { push } = setUp('H264');
        const slices = lengths.map((length, first) => slice({ idr: true, first }, length));
        const picture = annexB([...SETS, ...slices]);
        expect(splitAnnexB(picture)).toHaveLength(2 + slices.length);
        expect(push(packetizeH264(picture), 1)).toEqual([
          expect.objectContaining({ data: picture, keyFrame: true, timestamp: 1 }),
        ]);
      }),
    );
  });

  it('drops a picture with a missing fragment', () => {
    const { assembler, drops, push } = setUp('H264');
    const key = packetizeH264(annexB([...SETS, slice({ idr: true }, 3000)]));
    expect(push(key, 1)).toHaveLength(1);
    push(key.slice(0, 2), 2, false);
    assembler.lost(true);
    expect(push(key.slice(3), 2)).toEqual([]);
    expect(drops).toEqual(['incomplete']);
    // The slices of a picture whose parameter sets were lost look whole, but the sets may have been others.
    expect(push([slice({ idr: true })], 3)).toEqual([]);
    expect(push(key, 4)).toHaveLength(1);
  });
});

describe('any depacketizer', () => {
  it.each([
    ['VP8', () => new Vp8Depacketizer()],
    ['H.264', () => new H264Depacketizer()],
  ])('of %s never throws', (_name, make) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (payloads) => {
        const depacketizer = make();
        for (const payload of payloads) depacketizer.add(payload);
        const picture = depacketizer.finish();
        if (typeof picture !== 'string') expect(picture.data.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('KeyFrameRequester', () => {
  it('asks at once, then ever more slowly, and quickly again after an answer', () => {
    const asked: number[] = [];
    let now = 0;
    const requester = new KeyFrameRequester({ minIntervalMs: 500, maxIntervalMs: 2000, send: () => asked.push(now) });
    requester.want(now);
    for (now = 100; now <= 6000; now += 100) {
      requester.want(now);
      requester.tick(now);
    }
    expect(asked).toEqual([0, 500, 1500, 3500, 5500]);
    requester.satisfied();
    requester.tick((now = 20_000));
    requester.want(now);
    requester.want((now += 100));
    requester.tick((now += 400));
    expect(asked.slice(5)).toEqual([20_000, 20_500]);
  });
});
