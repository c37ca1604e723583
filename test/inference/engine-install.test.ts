import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addonFile, engineFolder, INSTALLABLE } from '../../src/inference/engine-install/paths.js';
import { findLibrary, librarySources } from '../../src/inference/engine-install/tensorflow-library.js';
import { installTensorflow } from '../../src/inference/engine-install/tensorflow.js';
import { runTool } from '../../src/inference/engine-install/tools.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-install-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function touch(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
}

const HEADER = 'tf/include/tensorflow/c/c_api.h';

describe('the TensorFlow library', () => {
  it('is found in the layout of the C archive, below the engine’s folder', async () => {
    await touch('tf/lib/libtensorflow.so.2', 'tf/lib/libtensorflow_framework.so.2', HEADER);
    expect(findLibrary(join(folder, 'tf'), folder)).toEqual({
      folder: join(folder, 'tf', 'lib'),
      names: ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
      include: join(folder, 'tf', 'include'),
      // From lib/ of the engine's folder, wherever that is moved to.
      rpath: '$ORIGIN/../tf/lib',
    });
  });

  it('is found in the layout of the Python package, in a folder of its own that stays where it is', async () => {
    await touch('tf/libtensorflow_cc.so.2', 'tf/libtensorflow_framework.so.2', HEADER);
    const found = findLibrary(join(folder, 'tf'), join(folder, 'engine'));
    expect(found.names).toEqual(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    expect(found.rpath).toBe(join(folder, 'tf'));
  });

  it.each([
    ['libtensorflow_framework.so.2', ['tf/libtensorflow_cc.so.2', HEADER]],
    ['libtensorflow.so.2', ['tf/libtensorflow_framework.so.2', HEADER]],
    ['c_api.h', ['tf/libtensorflow_cc.so.2', 'tf/libtensorflow_framework.so.2']],
  ])('is refused without %s, which is named', async (missing, files) => {
    await touch(...files);
    expect(() => findLibrary(join(folder, 'tf'), folder)).toThrow(missing);
  });

  const options = { gpu: false, env: {}, log: () => {} };

  it('is not taken from a folder that nobody named', async () => {
    await expect(async () => librarySources.folder(folder, options)).rejects.toThrow('TENSORFLOW_DIR is not set');
  });

  describe('from a server', () => {
    let server: Server;
    let address: string;
    const asked: string[] = [];
    beforeAll(async () => {
      server = createServer((request, response) => {
        asked.push(request.url!);
        response.statusCode = 404;
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterAll(() => server.close());

    it.each([
      [false, 'cpu'],
      [true, 'gpu'],
    ])('that does not have it (GPU: %s): says which address answered what', async (gpu, kind) => {
      const env = { TFJS_NODE_CDN_STORAGE: address };
      await expect(librarySources.download(folder, { ...options, gpu, env })).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringContaining('answers 404') as string,
      });
      expect(asked.at(-1)).toContain(`libtensorflow-${kind}-linux-x86_64`);
    });

    it('that cannot be reached: says so', async () => {
      const env = { TFJS_NODE_BASE_URI: 'http://127.0.0.1:1/' };
      await expect(librarySources.download(folder, { ...options, env })).rejects.toThrow('cannot be reached');
    });
  });
});

describe('installing', () => {
  it('does nothing when the engine is there', async () => {
    await touch('lib/tfjs_binding.node');
    const log: string[] = [];
    expect(await installTensorflow({ folder, log: (line) => log.push(line) })).toBe(folder);
    expect(log).toEqual([`The tensorflow engine is in ${folder}.`]);
  });

  it('keeps every engine in a folder of its own', () => {
    const folders = INSTALLABLE.map((engine) => engineFolder(engine, '/cache'));
    expect(new Set(folders).size).toBe(INSTALLABLE.length);
    expect(addonFile(folders[0]!).startsWith('/cache/emostream/engines/')).toBe(true);
  });

  it('says which tool is missing or failed, and the end of what it said', async () => {
    await expect(runTool('no-such-tool', [], folder)).rejects.toThrow('no-such-tool did not start');
    const script = 'console.error("out of luck"); process.exit(3)';
    await expect(runTool(process.execPath, ['-e', script], folder)).rejects.toThrow(/exit 3\): out of luck/);
    expect(await runTool(process.execPath, ['-e', 'console.log(7)'], folder)).toBe('7\n');
  });
});
