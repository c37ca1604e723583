import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeInPlace } from '../../src/common/install/in-place.js';
import { addonFile, engineFolder, INSTALLABLE } from '../../src/inference/engine-install/paths.js';
import { findLibrary, librarySources } from '../../src/inference/engine-install/tensorflow-library.js';
import { installTensorflow } from '../../src/inference/engine-install/tensorflow.js';
import { fetchPackage, runTool, tellingLine } from '../../src/common/install/tools.js';

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

  it('is found in an unpacked wheel, which has the package within', async () => {
    await touch('w/tensorflow/libtensorflow_cc.so.2', 'w/tensorflow/libtensorflow_framework.so.2');
    await touch('w/tensorflow/include/tensorflow/c/c_api.h');
    const found = findLibrary(join(folder, 'w'), join(folder, 'engine'));
    expect(found.folder).toBe(join(folder, 'w', 'tensorflow'));
    expect(found.include).toBe(join(folder, 'w', 'tensorflow', 'include'));
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
    await expect(librarySources.folder(folder, options)).rejects.toThrow('TENSORFLOW_DIR is not set');
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
        code: 'INSTALL_FAILED',
        message: expect.stringContaining('answers 404') as string,
      });
      expect(asked.at(-1)).toContain(`libtensorflow-${kind}-linux-x86_64`);
    });

    it('that cannot be reached: says so', async () => {
      const env = { TFJS_NODE_BASE_URI: 'http://127.0.0.1:1/' };
      await expect(librarySources.download(folder, { ...options, env })).rejects.toThrow(/cannot be reached \(.+\)/);
    });
  });
});

describe('installing', () => {
  it('does nothing when the engine is there', async () => {
    await touch('lib/tfjs_binding.node');
    const log: string[] = [];
    expect(await installTensorflow({ folder, log: (line) => log.push(line) })).toBe(folder);
    expect(log).toEqual([`The tensorflow engine is in ${folder}. To install it anew, remove that folder first.`]);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64').each([
    ['that does not exist', 'nowhere', 'nowhere, which does not exist'],
    ['that holds no TensorFlow', '.', 'holds no libtensorflow'],
  ])('refuses a TENSORFLOW_DIR %s before anything is fetched, rather than take another source', async (_, dir, why) => {
    const log: string[] = [];
    const env = { TENSORFLOW_DIR: join(folder, dir) };
    const install = installTensorflow({ folder: join(folder, 'engine'), env, log: (line) => log.push(line) });
    await expect(install).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(new RegExp(`${why}.*Correct TENSORFLOW_DIR, or unset it`, 'u')) as string,
    });
    expect([log, await readdir(folder)]).toEqual([[], []]);
  });

  it('keeps every engine in a folder of its own', () => {
    const folders = INSTALLABLE.map((engine) => engineFolder(engine, '/cache/emostream'));
    expect(new Set(folders).size).toBe(INSTALLABLE.length);
    expect(addonFile(folders[0]!).startsWith('/cache/emostream/engines/')).toBe(true);
  });

  it('says which tool is missing or failed, and the end of what it said', async () => {
    await expect(runTool('no-such-tool', [], folder)).rejects.toThrow('no-such-tool did not start');
    const script = 'console.error("out of luck"); process.exit(3)';
    await expect(runTool(process.execPath, ['-e', script], folder)).rejects.toThrow(/exit 3\): out of luck/);
    expect(await runTool(process.execPath, ['-e', 'console.log(7)'], folder)).toBe('7\n');
  });

  it.each([
    ['npm', 'npm warn old\nnpm error code E404\nnpm error 404 Not Found\n', 'npm error code E404'],
    ['a compiler', 'x.cc: In function f:\nx.cc:3: fatal error: c_api.h: No such file\n', /fatal error: c_api\.h/],
    [
      'pip without a network',
      "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('<pip.HTTPConnection object at " +
        "0x7f>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/x/\n" +
        'ERROR: No matching distribution found for x\n',
      'Failed to establish a new connection: [Errno -2] Name or service not known',
    ],
    ['nobody', '', 'it said nothing'],
  ])('tells in one line what %s said', (_, errors, line) => {
    if (typeof line === 'string') expect(tellingLine(errors)).toBe(line);
    else expect(tellingLine(errors)).toMatch(line);
  });

  it('refuses a package that is not the one whose hash is known', async () => {
    await touch('own/index.js');
    await writeFile(join(folder, 'own', 'package.json'), '{"name":"own","version":"1.0.0"}');
    await fetchPackage(folder, join(folder, 'own'), 'unpacked');
    expect(await readdir(join(folder, 'unpacked'))).toEqual(['index.js', 'package.json']);
    await expect(fetchPackage(folder, join(folder, 'own'), 'refused', 'sha512-other')).rejects.toThrow('hash');
    expect(await readdir(folder)).not.toContain('refused');
  });
});

describe('a folder made in place', () => {
  const target = () => join(folder, 'engine');
  const file = () => join(target(), 'done');
  const make = (text: string) => (work: string) => writeFile(join(work, 'done'), text);

  it('is there whole or not at all', async () => {
    const failing = makeInPlace(target(), file(), async (work) => {
      await make('half')(work);
      expect(await readdir(folder)).toHaveLength(1);
      throw new Error('out of luck');
    });
    await expect(failing).rejects.toThrow('out of luck');
    expect(await readdir(folder)).toEqual([]);
    await makeInPlace(target(), file(), make('whole'));
    expect(await readdir(folder)).toEqual(['engine']);
  });

  it('is left alone when it is complete, and made anew when it is not', async () => {
    await touch('engine/other');
    await makeInPlace(target(), file(), make('first'));
    expect(await readdir(target())).toEqual(['done']);
    await makeInPlace(target(), file(), make('second'));
    expect(await readFile(file(), 'utf8')).toBe('first');
  });

  it('clears away what an install that was killed has left, and not what one at work is making', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const own = `engine.partial-${process.pid}-abc`;
    await touch(`engine.partial-${pid}-xyz/big`, `engine.partial-old/big`, `${own}/big`, 'engine-2/done');
    await makeInPlace(target(), file(), make('x'));
    expect((await readdir(folder)).sort()).toEqual(['engine', 'engine-2', own]);
  });
});
