import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { readJpeg } from '../../src/media/jpeg-cost.js';

const FILE = readFileSync(projectFile('test/fixtures/astronaut.jpg'));

/** A file of the right form that holds no picture: markers with what follows them. */
function file(...segments: (readonly [code: number, ...bytes: number[]])[]): Uint8Array {
  const parts = segments.flatMap(([code, ...bytes]) => {
    const length = bytes.length + 2;
    return [0xff, code, length >> 8, length & 255, ...bytes];
  });
  return Uint8Array.from([0xff, 0xd8, ...parts, 0xff, 0xd9]);
}
const size = (width: number, height: number) => [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
type Segment = readonly [number, ...number[]];
const baseline: Segment = [0xc0, ...size(100, 33)];
const scan: Segment = [0xda, 1, 1, 0, 0, 63, 0];

it('reads the size of a real file, and ends where its picture does', () => {
  const { width, height, pixels, pictures, data } = readJpeg(Buffer.concat([FILE, Buffer.from('more')]))!;
  expect({ width, height, pixels, pictures }).toEqual({ width: 512, height: 512, pixels: 512 * 512, pictures: 1 });
  expect(data.byteLength).toBe(FILE.byteLength);
});

it('counts whole blocks, and each scan of a progressive picture', () => {
  expect(readJpeg(file(baseline, scan))).toMatchObject({ width: 100, height: 33, pixels: 112 * 48, pictures: 1 });
  const progressive: Segment = [0xc2, ...size(100, 33)];
  expect(readJpeg(file(progressive, ...Array<Segment>(12).fill(scan)))).toMatchObject({ pictures: 3 });
});

it.each([
  ['another format', Uint8Array.from([0x89, 0x50, 0x4e, 0x47])],
  ['nothing', new Uint8Array()],
  ['a start alone', Uint8Array.from([0xff, 0xd8])],
  ['no end', file(baseline, scan).subarray(0, -2)],
  ['no scan', file(baseline)],
  ['a scan of no frame', file(scan, baseline)],
  ['two frames', file(baseline, [0xc0, ...size(9000, 9000)], scan)],
  ['a lossless frame', file([0xc3, ...size(10, 10)], scan)],
  ['an arithmetic frame', file([0xc9, ...size(10, 10)], scan)],
  ['no width', file([0xc0, ...size(0, 10)], scan)],
  ['lines that are counted later', file([0xc0, ...size(10, 0)], scan)],
  ['twelve bits', file([0xc0, 12, ...size(10, 10).slice(1)], scan)],
  ['more scans than any picture has', file([0xc2, ...size(10, 10)], ...Array<Segment>(65).fill(scan))],
  ['a segment longer than the file', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0xff, 0xd9])],
  ['another picture inside', file([0xd8])],
])('refuses %s', (_, bytes) => {
  expect(readJpeg(bytes)).toBeNull();
});
