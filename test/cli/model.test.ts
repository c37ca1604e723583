import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelCommand } from '../../src/cli/model.js';
import { loadModel } from '../../src/inference/model-format.js';
import { shippedModelFolder } from '../../src/common/version.js';
import { ROW } from '../../src/inference/judgements.js';

describe('model export --format onnx', () => {
  let out: string;
  beforeEach(async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    out = await mkdtemp(join(tmpdir(), 'emostream-model-onnx-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(out, { recursive: true });
  });
  const run = (...args: string[]) => modelCommand().parseAsync(['export', ...args], { from: 'user' });

  it('writes a file for each part, and how they belong together', async () => {
    await run('--format', 'onnx', '--out', out);
    const network = JSON.parse(await readFile(join(out, 'network.json'), 'utf8')) as {
      scores: string[];
      calibration: unknown;
      parts: Record<string, { file: string }>;
    };
    const files = Object.values(network.parts).map(({ file }) => file);
    expect(files).toEqual(['face.onnx', 'voice.onnx', 'voice-heard.onnx', 'words.onnx', 'fusion.onnx']);
    expect((await readdir(out)).sort()).toEqual([...files, 'network.json'].sort());
    expect(network.scores).toHaveLength(ROW);
    expect(network.calibration).toEqual((await loadModel(shippedModelFolder())).manifest.calibration);
    // Whoever has one file only finds in it what it is a part of.
    expect((await readFile(join(out, 'words.onnx'))).includes('emostream-fusion')).toBe(true);
  });

  it.each([
    ['no folder', ['--format', 'onnx'], 'needs --out'],
    ['trained parts', ['--format', 'onnx', '--out', 'x', '--weights', 'y'], 'as it is'],
    ['a model, but not to ONNX', ['--model', 'x'], '--model is for'],
  ])('is refused with %s', async (_, args, message) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });
});
