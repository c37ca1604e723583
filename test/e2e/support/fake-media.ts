import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { projectRoot } from '../../../src/common/version.js';
import { portraits, scene } from '../../features/support/several.js';
import { wavHeader } from '../../support/wav-header.js';

export const fixture = (name: string): string => join(projectRoot(), 'test', 'fixtures', name);

const WIDTH = 640;
const HEIGHT = 480;
/** As many as are looked at; several browsers encode, decode and draw them on few cores. */
const FRAMES_PER_SECOND = 10;

/** The part of the portrait that a web camera would show, px: head and shoulders. */
const CROP = { x: 35, y: 2, width: 380 };
/** How far the head moves, px of the portrait. */
const SWAY = 4;

/** One picture as planes of limited-range BT.601 4:2:0, which is what Chromium's fake camera reads. */
type Paint = (x: number, y: number) => [number, number, number];

function frame(paint: Paint): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT);
  const cb = Buffer.alloc((WIDTH * HEIGHT) / 4);
  const cr = Buffer.alloc((WIDTH * HEIGHT) / 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [r, g, b] = paint(x, y);
      luma[y * WIDTH + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 || y % 2) continue;
      const at = (y / 2) * (WIDTH / 2) + x / 2;
      cb[at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      cr[at] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  return Buffer.concat([Buffer.from('FRAME\n'), luma, cb, cr]);
}

const writeY4m = (path: string, frames: Buffer[]): Promise<void> => {
  const header = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`;
  return writeFile(path, Buffer.concat([Buffer.from(header), ...frames]));
};

/** Eileen Collins, gently moving her head: two seconds that can be looped. */
export async function writePortraitVideo(path: string): Promise<void> {
  const { width, data } = PNG.sync.read(await readFile(fixture('astronaut.png')));
  const scale = CROP.width / WIDTH;
  const pixel = (x: number, y: number, channel: number) => data[(y * width + x) * 4 + channel] ?? 0;
  const sample = (x: number, y: number, channel: number) => {
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    const upper = pixel(x0, y0, channel) * (1 - fx) + pixel(x0 + 1, y0, channel) * fx;
    const lower = pixel(x0, y0 + 1, channel) * (1 - fx) + pixel(x0 + 1, y0 + 1, channel) * fx;
    return upper * (1 - fy) + lower * fy;
  };
  const count = 2 * FRAMES_PER_SECOND;
  const frames = Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const left = CROP.x + SWAY * Math.sin(angle);
    const top = CROP.y + (SWAY / 2) * (1 - Math.cos(2 * angle));
    return frame((x, y) => {
      const [px, py] = [left + x * scale, top + y * scale];
      return [sample(px, py, 0), sample(px, py, 1), sample(px, py, 2)];
    });
  });
  await writeY4m(path, frames);
}

/** Two people before one camera, who sway: two seconds that can be looped. */
export async function writeTwoFacesVideo(path: string): Promise<void> {
  const { ada, ben } = portraits();
  const count = 2 * FRAMES_PER_SECOND;
  const frames = Array.from({ length: count }, (_, index) => {
    const sway = 2 * SWAY * Math.sin((2 * Math.PI * index) / count);
    const { rgb, width, height } = scene([
      { portrait: ada, x: 70 + sway, y: 90 },
      { portrait: ben, x: 390 - sway, y: 70 },
    ]);
    const above = (HEIGHT - height) / 2;
    return frame((x, y) => {
      const at = ((y - above) * width + x) * 3;
      return y < above || y >= above + height ? [110, 110, 110] : [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    });
  });
  await writeY4m(path, frames);
}

/** A covered lens: black, for a second. */
export async function writeBlackVideo(path: string): Promise<void> {
  const black = frame(() => [0, 0, 0]);
  await writeY4m(
    path,
    Array.from({ length: FRAMES_PER_SECOND }, () => black),
  );
}

const SAMPLE_RATE = 16_000;

const wav = (samples: Buffer): Buffer => Buffer.concat([wavHeader(samples.length, SAMPLE_RATE), samples]);

const silence = (seconds: number): Buffer => Buffer.alloc(Math.round(seconds * SAMPLE_RATE) * 2);

/** The spoken sentence and as long a pause after it, to be looped. */
export async function writeSpeech(path: string): Promise<void> {
  await writeFile(path, wav(Buffer.concat([await spoken('speech-16k.wav'), silence(4)])));
}

/** An angry sentence and a happy one, with pauses that are longer than words are looked back on, to be looped. */
export async function writeMoods(path: string): Promise<void> {
  const [angry, happy] = await Promise.all(['angry-16k.wav', 'speech-16k.wav'].map(spoken));
  await writeFile(path, wav(Buffer.concat([angry!, silence(9), happy!, silence(9)])));
}

async function spoken(name: string): Promise<Buffer> {
  const file = await readFile(fixture(name));
  const data = file.indexOf('data', 12, 'latin1');
  return file.subarray(data + 8, data + 8 + file.readUInt32LE(data + 4));
}

export async function writeSilence(path: string): Promise<void> {
  await writeFile(path, wav(silence(2)));
}
