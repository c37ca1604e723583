import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, expect, it } from 'vitest';
import { download } from '../../src/common/install/download.js';
import { installMoonshine } from '../../src/speech/install/moonshine.js';
import { findInPythonIndex } from '../../src/common/install/python-index.js';
import { tokensText } from '../../src/speech/install/tokens.js';
import { among, requireAll, unpackWheel } from '../../src/common/install/wheel.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const closers: (() => unknown)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** @returns its address, with a slash at the end */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

it('tokens are the pieces of tokenizer.bin, each by its bytes and its index', () => {
  const long = Buffer.alloc(300, 'x');
  // 300 = 2 · 128 + 44: 44 with the mark, then 2.
  const bin = Buffer.concat([Buffer.from([2]), Buffer.from('hi'), Buffer.from([0, 128 + 44, 2]), long]);
  expect(tokensText(bin).split('\n')).toEqual(['aGk= 0', ' 1', `${long.toString('base64')} 2`, '']);
  expect(() => tokensText(bin.subarray(0, 20))).toThrow('breaks off');
});

const WHEEL = 'moonshine_voice-0.0.1-py3-none-any.whl';

it.each([
  [
    'JSON (PEP 691)',
    'application/vnd.pypi.simple.v1+json',
    JSON.stringify({
      files: [
        { filename: 'other.whl', url: 'x' },
        { filename: WHEEL, url: '../../files/a%20b.whl' },
      ],
    }),
  ],
  [
    'HTML (PEP 503)',
    'text/html; charset=utf-8',
    `<a href="x#sha256=1">other.whl</a><br/>\n<a data-x="1" href="../../files/a%20b.whl#sha256=2">${WHEEL}</a>`,
  ],
])('a wheel is found in an index that answers in %s, with its login', async (_, type, text) => {
  const asked: (string | undefined)[] = [];
  const server = await serve(({ url, headers }, response) => {
    asked.push(url, headers.authorization, headers.accept?.split(',')[0]);
    response.writeHead(200, { 'content-type': type }).end(text);
  });
  const index = server.replace('//', '//me:p%40ss@');
  const found = await findInPythonIndex('moonshine-voice', WHEEL, { PIP_INDEX_URL: `${index}simple/` });
  expect(found).toBe(`${index}files/a%20b.whl`);
  const login = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  expect(asked).toEqual(['/simple/moonshine-voice/', login, 'application/vnd.pypi.simple.v1+json']);
  await expect(findInPythonIndex('moonshine-voice', 'no.whl', { PIP_INDEX_URL: `${index}simple` })).rejects.toThrow(
    'has no no.whl',
  );
});

it('a download must have its hash, says how far it is, and never tells a password', async () => {
  const server = await serve(({ url }, response) => {
    if (url === '/gone') response.writeHead(404).end();
    else response.end('abc');
  });
  const folder = temporaryFolder();
  const told: unknown[] = [];
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // FIPS 180-2, B.1
  await download(server, join(folder, 'a'), { sha256, onProgress: (...how) => told.push(how) });
  expect([await readFile(join(folder, 'a'), 'utf8'), told]).toEqual(['abc', [[3, 3]]]);
  await expect(download(server, join(folder, 'b'), { sha256: '00' })).rejects.toThrow('does not have the hash');
  const secret = server.replace('//', '//me:secret@');
  const message = await download(`${secret}gone`, join(folder, 'c')).catch((error: Error) => error.message);
  expect(message).toBe(`${server}gone answers 404.`);
});

it('files come out of a wheel, and only those asked for', async () => {
  const folder = temporaryFolder();
  const content = {
    'pkg/assets/': new Uint8Array(0),
    'pkg/assets/a.txt': Buffer.from('A'),
    'pkg/b.txt': Buffer.from('B'),
  };
  await writeFile(join(folder, 'a.whl'), zipSync(content));
  const take = (name: string) => unpackWheel(join(folder, 'a.whl'), folder, among('pkg/assets/', [name]));
  expect(await take('a.txt')).toEqual(['pkg/assets/a.txt']);
  expect((await readdir(folder)).sort()).toEqual(['a.txt', 'a.whl']);
  expect(await unpackWheel(join(folder, 'a.whl'), join(folder, 'all'), (name) => name)).toHaveLength(2);
  expect(await readFile(join(folder, 'all', 'pkg', 'b.txt'), 'utf8')).toBe('B');
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('A');
  const taken = await take('b.txt');
  expect(() => requireAll('a.whl', 'pkg/assets/', ['b.txt'], taken)).toThrow('a.whl has no pkg/assets/b.txt');
});

it('where no source has the model, each says why, and nothing is left behind', async () => {
  const server = await serve((_, response) => response.writeHead(503).end());
  const cache = temporaryFolder();
  const lines: string[] = [];
  const install = installMoonshine({
    folder: join(cache, 'model'),
    maker: `${server}files/`,
    env: { PIP_INDEX_URL: `${server}simple` },
    log: (line) => lines.push(line),
  });
  await expect(install).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    message: expect.stringMatching(
      /its maker: .*encoder_model\.ort answers 503[^]*index: .*moonshine-voice\/ answers 503/,
    ),
  });
  expect(lines[0]).toMatch(/MIT/);
  expect(await readdir(cache)).toEqual([]);
});

it('a model that is damaged is fetched anew; where it cannot be had what is there stays', async () => {
  const server = await serve((_, response) => response.writeHead(503).end());
  const folder = join(temporaryFolder({ 'model/speech-model.json': '{}', 'model/tokens.txt': 'half' }), 'model');
  const lines: string[] = [];
  const env = { PIP_INDEX_URL: `${server}simple` };
  const install = installMoonshine({ folder, maker: server, env, log: (line) => lines.push(line) });
  await expect(install).rejects.toMatchObject({ code: 'INSTALL_FAILED' });
  expect(lines[0]).toBe(`${join(folder, 'encoder_model.ort')} is not what was installed: it is made anew.`);
  expect(await readFile(join(folder, 'tokens.txt'), 'utf8')).toBe('half');
});

it('a file of the maker’s that is another one is refused, and the wheel is tried', async () => {
  const server = await serve((request, response) => {
    if (request.url?.startsWith('/simple')) response.writeHead(404).end();
    else response.end('another model');
  });
  const folder = join(temporaryFolder(), 'model');
  const env = { PIP_INDEX_URL: `${server}simple` };
  const install = installMoonshine({ folder, maker: server, env, log: () => undefined });
  await expect(install).rejects.toThrow(/does not have the hash[^]*answers 404/);
});
