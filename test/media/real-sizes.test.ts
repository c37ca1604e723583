import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workerUrl } from '../../src/common/worker-url.js';
import { checkedEnvironment, checkingLibrary } from '../fuzz/checked.js';

/** Cameras of phones, laptops and browsers, their simulcast layers, and what browsers scale to when they are short of time. */
const SIZES: [number, number][] = [
  // Once ended the server, or left columns black.
  ...([
    [90, 160],
    [120, 160],
    [136, 240],
    [234, 416],
    [424, 240],
    [216, 384],
    [200, 150],
    [188, 250],
  ] as const),
  ...([
    [620, 360],
    [360, 270],
    [360, 640],
    [426, 240],
    [568, 320],
    [88, 72],
    [120, 90],
    [180, 320],
  ] as const),
  // Never did.
  ...([
    [320, 180],
    [160, 120],
    [640, 360],
    [176, 144],
    [240, 424],
    [121, 161],
    [161, 91],
  ] as const),
  // Square, small, larger than is kept, thin.
  ...([
    [240, 240],
    [270, 270],
    [96, 96],
    [16, 16],
    [17, 18],
    [40, 30],
    [480, 640],
    [640, 480],
    [352, 288],
  ] as const),
  ...([
    [720, 1280],
    [1280, 720],
    [600, 600],
    [1080, 1080],
    [1000, 18],
    [18, 1000],
  ] as const),
].map(([width, height]) => [width, height]);

/** 4:2:0 has no odd sides in H.264. */
const isEven = ([width, height]: [number, number]): boolean => width % 2 === 0 && height % 2 === 0;

interface Line {
  what: string;
  pictures: number;
  whole: number;
  edge: number;
}

/** Runs in a process of its own, where the machine has one under an allocator that checks: a crash is a failed test. */
async function run(part: string, sizes: [number, number][] = []): Promise<Line[]> {
  const entry = fileURLToPath(workerUrl(import.meta.url, './support/real-sizes.js'));
  const env = { ...process.env, ...(checkingLibrary() ? checkedEnvironment() : {}) };
  const args = ['--expose-gc', entry, JSON.stringify({ part, sizes })];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, args, { env, maxBuffer: 1e7 }, (error, stdout) => {
      if (error)
        reject(new Error(`${error.signal ?? String(error.code)} after ${stdout.slice(-200)}`, { cause: error }));
      else resolve(stdout);
    });
  });
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line | 'end');
  expect(lines.pop()).toBe('end');
  return lines as Line[];
}

/** What is not as it was drawn. Encoders lose a little of a smooth picture; a black column costs all. */
const wrong = (lines: Line[]): Line[] =>
  lines.filter(({ pictures, whole, edge }) => !(pictures > 0 && whole > 30 && edge > 30));

describe('real pictures through the real', { timeout: 300_000 }, () => {
  it('decoders come out whole at every size that calls have', async () => {
    const lines = await run('decode', SIZES);
    // All codecs but one have odd sides.
    expect(lines).toHaveLength(3 * SIZES.length + SIZES.filter(isEven).length);
    expect(wrong(lines)).toEqual([]);
  });

  it('receiver come out whole when the size changes in mid-stream', async () => {
    const sizes = SIZES.slice(0, 24);
    const lines = await run('change', sizes);
    // There and back, four pictures of each.
    const all = 8 * sizes.length;
    expect(lines.map(({ pictures }) => pictures)).toEqual([all, all, 8 * sizes.filter(isEven).length, all]);
    expect(wrong(lines)).toEqual([]);
  });

  it('readers of training data come out whole', async () => {
    const sizes = SIZES.slice(0, 12);
    const lines = await run('read', sizes);
    expect(lines).toHaveLength(8 * sizes.length);
    expect(wrong(lines)).toEqual([]);
  });

  it('preparation of benchmarks does no harm', async () => {
    expect(await run('bench')).toEqual([]);
  });

  it.runIf(checkingLibrary())('process would not survive an overrun', async () => {
    await expect(run('plant')).rejects.toThrow('SIGABRT');
  });
});
