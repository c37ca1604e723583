import { describe, expect, it } from 'vitest';
import { encodeVideo, packetizeH264, writeRtp } from '../../bench/support/index.js';
import { splitAnnexB } from '../../bench/support/packetize.js';
import { EPOCH, videoReceiver } from './support/drive.js';
import { drawMoving, psnrOfMoving } from './support/moving-picture.js';

const WIDTH = 320;
const HEIGHT = 192;
const FPS = 10;
const PICTURES = 60;
const KEY_EVERY = 30;
const INTERVAL = 1000 / FPS;

type Payload = { payload: Uint8Array; marker: boolean; early?: boolean };
/** How a sender packs the units of picture `index`. `early`: with a timestamp of its own, before that of the picture. */
type Packing = (units: Uint8Array[], index: number) => Payload[];

type Stream = { units: Uint8Array[]; index: number }[];

const encoded = new Map<string, Stream>();
/** x264's baseline pictures, as units. */
function pictures(slices = 1, more: Record<string, string> = {}, maxBFrames = 0, width = WIDTH): Stream {
  const key = JSON.stringify([slices, more, maxBFrames, width]);
  const known = encoded.get(key);
  if (known) return known;
  const stream = encodeVideo({
    codec: 'H264',
    width,
    height: HEIGHT,
    framesPerSecond: FPS,
    frames: PICTURES,
    keyFrameEvery: KEY_EVERY,
    bitRate: 600_000,
    draw: drawMoving(width, HEIGHT),
    maxBFrames,
    options: { 'x264-params': `slices=${String(slices)}:sliced-threads=0`, ...more },
  }).map(({ data, index }) => ({ units: splitAnnexB(data), index }));
  encoded.set(key, stream);
  return stream;
}

const typeOf = (unit: Uint8Array): number => unit[0]! & 0x1f;
const isSlice = (unit: Uint8Array): boolean => [1, 5].includes(typeOf(unit));
const isSet = (unit: Uint8Array): boolean => [7, 8].includes(typeOf(unit));
const stapA = (units: Uint8Array[]): Uint8Array =>
  Uint8Array.from([0x78, ...units.flatMap((unit) => [unit.length >> 8, unit.length & 0xff, ...unit])]);
function fuA(unit: Uint8Array, room: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const flags = (at === 1 ? 0x80 : 0) | (at + room >= unit.length ? 0x40 : 0);
    const head = [(unit[0]! & 0xe0) | 28, flags | typeOf(unit)];
    out.push(Uint8Array.from([...head, ...unit.subarray(at, at + room)]));
  }
  return out;
}

const lastMarked = (payloads: Uint8Array[]): Payload[] =>
  payloads.map((payload, i) => ({ payload, marker: i === payloads.length - 1 }));
const allMarked = (payloads: Uint8Array[]): Payload[] => payloads.map((payload) => ({ payload, marker: true }));
const unmarked = (payloads: Uint8Array[]): Payload[] => payloads.map((payload) => ({ payload, marker: false }));
const annexB = (units: Uint8Array[]): Uint8Array => Uint8Array.from(units.flatMap((unit) => [0, 0, 0, 1, ...unit]));
/** The parameter sets of these units go before, with a timestamp of their own. */
const apart =
  (
    rest: (units: Uint8Array[]) => Payload[],
    marker: boolean,
    which: (index: number) => boolean = () => true,
  ): Packing =>
  (units, index) => [
    ...(which(index) ? units.filter(isSet).map((payload) => ({ payload, marker, early: true })) : []),
    ...rest(units.filter((unit) => !isSet(unit))),
  ];

/** Sends the pictures; packets of which `lose` says so never come. */
function send(stream: Stream, pack: Packing, lose: (picture: number, packet: number) => boolean = () => false) {
  const { receiver, frames, meter, state, packet } = videoReceiver('H264');
  let sequenceNumber = 65_500;
  stream.forEach(({ units, index }, picture) => {
    state.now = EPOCH + picture * INTERVAL;
    pack(units, picture).forEach(({ payload, marker, early }, i) => {
      const timestamp = (index + 10) * 9000 - (early ? 1111 : 0);
      const rtp = { payloadType: 101, ssrc: 7, marker, timestamp, sequenceNumber: sequenceNumber++ & 0xffff };
      if (!lose(picture, i)) packet(writeRtp(rtp, payload));
    });
    receiver.tick(state.now);
  });
  // What is still waited for is given up.
  receiver.tick((state.now += 1000));
  receiver.close();
  const seen = frames.map((frame) => {
    const index = Math.round((frame.mediaTime - EPOCH) / INTERVAL);
    return { index, psnr: (ahead = 0) => psnrOfMoving(frame, index + ahead) };
  });
  const indices = seen.map(({ index }) => index);
  /** The worst picture, dB. @param ahead what is shown is so many pictures further than its media time says */
  const worst = (ahead = 0): number => Math.min(...seen.map(({ psnr }) => psnr(ahead)));
  return { indices, worst, meter, requests: state.keyFrameRequests };
}

/** As good as x264 makes these pictures; a picture that is not decoded rightly is below 25. */
const GOOD = 33;
const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

describe('H.264 pictures come out right however a sender packs them:', () => {
  it.each<[string, number, Packing, number]>([
    ['a slice, the marker at the end', 1, (units) => lastMarked(packetizeH264(annexB(units))), 60],
    ['four slices', 4, (units) => lastMarked(packetizeH264(annexB(units))), 60],
    // The last picture is not known to have ended.
    ['no marker', 1, (units) => unmarked(packetizeH264(annexB(units))), 59],
    ['no marker, four slices', 4, (units) => unmarked(packetizeH264(annexB(units))), 59],
    ['a marker on each unit', 1, (units) => allMarked(units), 59],
    ['a marker on each of four slices', 4, (units) => allMarked(units), 59],
    ['a marker on each fragment', 1, (units) => allMarked(units.flatMap((unit) => fuA(unit, 200))), 59],
    ['units cut to crumbs', 4, (units) => lastMarked(units.flatMap((unit) => fuA(unit, 7))), 60],
    ['all units of a picture in one packet', 4, (units) => lastMarked([stapA(units)]), 60],
    [
      'slices by twos in a packet',
      4,
      (units) => {
        const slices = units.filter(isSlice);
        const others = units.filter((unit) => !isSlice(unit));
        return lastMarked([...others, stapA(slices.slice(0, 2)), stapA(slices.slice(2))]);
      },
      60,
    ],
    ['parameter sets apart, with a time of their own', 1, apart((units) => lastMarked(units), false), 60],
    ['parameter sets apart and marked', 4, apart((units) => lastMarked(units), true), 60],
    [
      'parameter sets only once',
      1,
      apart(
        (units) => lastMarked(units),
        true,
        (index) => index === 0,
      ),
      60,
    ],
    [
      'parameter sets only once, slices marked each',
      4,
      apart(
        (units) => allMarked(units),
        true,
        (i) => i === 0,
      ),
      59,
    ],
    ['only slices and parameter sets', 1, (units) => lastMarked(units.filter((u) => isSet(u) || isSlice(u))), 60],
  ])('%s', (_name, slices, pack, count) => {
    const { indices, worst, meter, requests } = send(pictures(slices), pack);
    expect(indices).toEqual(upTo(count));
    expect(worst()).toBeGreaterThan(GOOD);
    expect(meter.total('emostream_dropped_total')).toBe(0);
    expect(requests).toBe(0);
  });

  it('a delimiter before each picture', () => {
    const stream = pictures(2, { aud: '1' });
    expect(stream.every(({ units }) => typeOf(units[0]!) === 9)).toBe(true);
    const { indices, worst } = send(stream, (units) => allMarked(units));
    expect(indices).toEqual(upTo(59));
    expect(worst()).toBeGreaterThan(GOOD);
  });

  it('parameter sets of another id, and of another picture size later', () => {
    const wide = pictures(1, { 'x264-params': 'sps-id=7:slices=2:sliced-threads=0' }, 0, WIDTH + 64);
    const first = pictures(1).slice(0, KEY_EVERY);
    const both = [...first, ...wide.slice(KEY_EVERY)];
    for (const early of [false, true]) {
      const pack: Packing = early ? apart((units) => lastMarked(units), true) : (units) => lastMarked(units);
      const { indices, worst } = send(both, pack);
      expect(indices).toEqual(upTo(60));
      expect(worst()).toBeGreaterThan(GOOD);
    }
  });

  it('pictures in another order than they are shown in', () => {
    const stream = pictures(1, { profile: 'main', tune: 'film', preset: 'veryfast' }, 2);
    expect(stream.some(({ index }, place) => index < place)).toBe(true);
    const { indices, worst } = send(stream, (units) => lastMarked(units));
    expect(indices.length).toBeGreaterThan(55);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
    // A picture that comes before those that are shown before it looks as if it was late by less.
    expect(worst(1)).toBeGreaterThan(GOOD);
  });
});

describe('H.264 pictures that are not whole are none, and are counted:', () => {
  it('where the first marker is found to be false only after it ended a picture', () => {
    // Parameters and messages in one packet, unmarked; then slices, each of them marked.
    const pack: Packing = (units) => {
      const others = units.filter((unit) => !isSlice(unit));
      return [...(others.length ? unmarked([stapA(others)]) : []), ...allMarked(units.filter(isSlice))];
    };
    const { indices, worst, meter, requests } = send(pictures(4), pack);
    expect(indices).toEqual(upTo(59).slice(KEY_EVERY));
    expect(worst()).toBeGreaterThan(GOOD);
    expect(meter.of('emostream_dropped_total', 'video', 'corrupt')).toBe(1);
    expect(requests).toBeGreaterThan(0);
  });

  it.each([0, 1, 2, 3])('slice %d of four is lost', (lost) => {
    for (const mark of [lastMarked, allMarked, unmarked]) {
      const pack: Packing = (units) => mark(units);
      const { indices, worst, meter, requests } = send(
        pictures(4),
        pack,
        (index, packet) => index === 12 && packet === lost,
      );
      // Where no marker tells that the picture before had ended, its end may be what was lost.
      const before = mark !== lastMarked && lost === 0 ? 11 : 12;
      const sent = upTo(mark === lastMarked ? 60 : 59);
      expect(indices).toEqual([...sent.slice(0, before), ...sent.slice(KEY_EVERY)]);
      expect(worst()).toBeGreaterThan(GOOD);
      expect(meter.of('emostream_rtp_lost_total', 'video')).toBe(1);
      expect(meter.total('emostream_dropped_total')).toBe(sent.length - indices.length);
      expect(requests).toBeGreaterThan(0);
    }
  });

  it('the parameter sets never came', () => {
    const { indices, meter, requests } = send(pictures(1), (units) => lastMarked(units.filter((unit) => !isSet(unit))));
    expect(indices).toEqual([]);
    // The first may have had some before it.
    expect(meter.of('emostream_dropped_total', 'video', 'incomplete')).toBe(1);
    expect(meter.of('emostream_dropped_total', 'video', 'no-parameters')).toBe(59);
    expect(meter.of('emostream_errors_total', 'MEDIA_CORRUPT')).toBe(0);
    expect(requests).toBeGreaterThan(0);
  });

  it('a picture on which none builds is missing: nothing else is, and nothing is waited for', () => {
    const stream = pictures(1, { profile: 'main', tune: 'film', preset: 'veryfast' }, 2);
    const disposable = (picture: number): boolean => stream[picture]!.units.every((unit) => (unit[0]! & 0x60) === 0);
    const gone = upTo(PICTURES - 5).filter((picture) => picture % 7 === 4 && disposable(picture));
    expect(gone.length).toBeGreaterThan(3);
    const whole = send(stream, (units) => lastMarked(units));
    const { indices, worst, requests } = send(
      stream,
      (units) => lastMarked(units),
      (picture) => gone.includes(picture),
    );
    const shown = gone.map((picture) => stream[picture]!.index - 1);
    expect(indices).toEqual(whole.indices.filter((index) => !shown.includes(index)));
    expect(worst(1)).toBeGreaterThan(GOOD);
    expect(requests).toBe(0);
  });
});
