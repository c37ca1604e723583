import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelCommand } from '../../src/cli/model.js';
import { loadModel } from '../../src/inference/model-format.js';
import { shippedModelFolder } from '../../src/common/version.js';
import { ROW } from '../../src/inference/judgements.js';
import { remoteModel } from '../../src/inference/triton/remote-model.js';

describe('model export for other programs', () => {
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

  it('writes a repository for each backend of Triton, whose models’ names say of which model they are', async () => {
    await run('--format', 'triton', '--out', out, '--device', 'gpu', '--instances', '3');
    expect((await readdir(out)).sort()).toEqual(['onnxruntime', 'python']);
    const { manifest } = await loadModel(shippedModelFolder());
    const names = [...remoteModel(manifest, true).names.values()];
    for (const backend of ['onnxruntime', 'python']) {
      expect((await readdir(join(out, backend))).sort()).toEqual([...names].sort());
      for (const name of names) {
        const config = await readFile(join(out, backend, name, 'config.pbtxt'), 'utf8');
        for (const line of [
          `name: "${name}"`,
          `backend: "${backend}"`,
          'kind: KIND_GPU count: 3',
          'dynamic_batching',
          'model_warmup',
        ]) {
          expect(config).toContain(line);
        }
        const files = backend === 'python' ? ['model.onnx', 'model.py'] : ['model.onnx'];
        expect((await readdir(join(out, backend, name, '1'))).sort()).toEqual(files);
      }
    }
  });

  it.each([
    ['no folder', ['--format', 'onnx'], 'needs --out'],
    ['trained parts', ['--format', 'onnx', '--out', 'x', '--weights', 'y'], 'as it is'],
    ['a model, but not to ONNX', ['--model', 'x'], '--model is for'],
    ['no folder for a repository', ['--format', 'triton'], '--format triton needs --out'],
  ])('is refused with %s', async (_, args, message) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });
});
