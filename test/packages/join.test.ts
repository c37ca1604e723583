import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { Relay } from '../client/support/relay.js';
import { TestBrowser } from '../e2e/support/browser.js';
import { startServer, type TestServer } from '../server/support/test-server.js';
import { EmptyProject } from './empty-project.js';

const FOLDER = projectFile('packages/client');
const tool = (path: string) => projectFile(join('node_modules', path));
const project = new EmptyProject();
let pages: Server;
let server: TestServer;
let relay: Relay;
let browser: TestBrowser;

beforeAll(async () => {
  await project.node([tool('typescript/bin/tsc'), '-p', FOLDER]);
  await project.install(FOLDER);
  project.write('page.js', "export { join } from '@emostream/client/join';");
  project.write(
    'vite.config.js',
    "export default { logLevel: 'error', build: { lib: { entry: 'page.js', formats: ['es'], fileName: () => 'page.js' } } };",
  );
  await project.node([tool('vite/bin/vite.js'), 'build']);
  const bundle = readFileSync(join(project.folder, 'dist/page.js'), 'utf8');
  pages = createServer(({ url }, response) => {
    const script = url === '/page.js';
    response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' });
    response.end(script ? bundle : '<!doctype html><title>somebody’s page</title>');
  });
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  server = await startServer({ allowedOrigins: [origin], heartbeat: 500 });
  relay = await Relay.start(server.server.port);
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser.close();
  await relay.close();
  await server.close();
  pages.close();
  project.remove();
});

it('join() publishes a MediaStream of a page of another origin, takes back consent, comes back after a lost socket, and leaves', async () => {
  const page = await browser.open(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  const options = { server: `http://127.0.0.1:${relay.port}`, token: await server.token({}, { subject: 'ada' }) };
  await page.evaluate(`(async () => {
    const { join } = await import('/page.js');
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    const consent = { face: true, voice: true, words: false };
    const options = { ...${JSON.stringify(options)}, name: 'Ada', consent, showWords: false, stream, reconnect: { initialMs: 50 } };
    window.publishing = await join(options);
  })()`);
  const analysed = () => server.analyser.of('ada');
  const flowing = (source: string) =>
    analysed().tracks.some((track) => track.info.source === source && track.packets.length > 0);
  await server.analyser.until(() => flowing('camera') && flowing('microphone'));
  expect(analysed().consents.at(-1)).toEqual({ face: true, voice: true, words: false });

  await page.evaluate(
    'window.publishing.agree({ consent: { face: false, voice: true, words: false }, showWords: false })',
  );
  expect(analysed().consents.at(-1)).toEqual({ face: false, voice: true, words: false });

  // A connection that died without a word is made again, with what was agreed to last.
  const before = analysed();
  relay.forget();
  await server.analyser.until(() => analysed() !== before && flowing('microphone'));
  expect(analysed().consents.at(-1)).toEqual({ face: false, voice: true, words: false });
  expect(flowing('camera')).toBe(false);

  await page.evaluate('window.publishing.leave()');
  await server.analyser.until(() => analysed().closed);
  expect(analysed().closed).toBe('left');
});
