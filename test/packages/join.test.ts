import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { Relay } from '../client/support/relay.js';
import { TestBrowser } from '../e2e/support/browser.js';
import type { Consent } from '../../src/server/protocol.js';
import { emotionEvent } from '../server/support/emotion-event.js';
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

const open = () => browser.open(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);

/** As `publishing` of the page. */
async function joinOn(page: Page, consent: Consent): Promise<void> {
  const token = await server.token({}, { subject: 'ada' });
  const options = { server: `http://127.0.0.1:${relay.port}`, token, name: 'Ada', consent, showWords: false };
  await page.evaluate(`(async () => {
    const { join } = await import('/page.js');
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    window.publishing = await join({ ...${JSON.stringify(options)}, stream, reconnect: { initialMs: 50 } });
  })()`);
}

it('join() publishes a MediaStream of a page of another origin, takes back consent, comes back after a lost socket, and leaves', async () => {
  const page = await open();
  await joinOn(page, { face: true, voice: true, words: false });
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

it('who joins a call that is recorded can be asked, is in it after a yes alone, and is asked anew after a lost seat', async () => {
  const recorder = await server.connect({ publish: false, subscribe: false, record: true });
  await recorder.request('subscribe', { record: true });
  const page = await open();
  await joinOn(page, { face: true, voice: false, words: false });
  const recording = () => page.evaluate<{ recording: string | null; agreed: boolean }>('window.publishing.recording');
  const answer = (agreed: boolean) =>
    page.evaluate(`window.publishing.agreeToRecording(window.publishing.recording.recording, ${String(agreed)})`);
  const off = { state: 'off' as const, present: false, weight: 0, scores: null, quality: {} };
  /** A second of hers that begins now. */
  const measure = () => {
    const start = Date.now() + 10;
    const event = {
      ...emotionEvent(0),
      participant: 'ada',
      window: { start, end: start + 1000 },
      voice: off,
      words: off,
    };
    return server.bus.publish(event as Parameters<TestServer['bus']['publish']>[0]).seq;
  };
  const { recording: id } = await recording();
  expect(id).toEqual(expect.any(String));
  measure();
  await answer(true);
  expect(await recording()).toEqual({ recording: id, agreed: true });
  const recorded = [measure()];
  await recorder.next('emotion');

  // The yes went with the seat.
  await page.evaluate(`window.told = []; window.publishing.on('recording', (news) => window.told.push(news))`);
  const told = () => page.evaluate<unknown[]>('window.told');
  const before = server.analyser.of('ada');
  relay.cut();
  await server.analyser.until(() => server.analyser.of('ada') !== before);
  await expect.poll(told).toEqual([
    { recording: null, agreed: false },
    { recording: id, agreed: false },
  ]);
  measure();
  await answer(true);
  recorded.push(measure());
  await recorder.next('emotion', 1);
  await answer(false);
  expect(await recording()).toEqual({ recording: id, agreed: false });
  measure();
  await recorder.request('getRouterCapabilities', {});
  expect(recorder.of('emotion').map(({ seq }) => seq)).toEqual(recorded);

  await recorder.request('unsubscribe', {});
  await expect.poll(recording).toEqual({ recording: null, agreed: false });
  expect((await told()).at(-1)).toEqual({ recording: null, agreed: false });
  await page.evaluate('window.publishing.leave()');
});

it('a page whose origin the server does not name is told so, and not that no server answers', async () => {
  const token = await server.token({}, { subject: 'bob' });
  const { port } = pages.address() as AddressInfo;
  const page = await browser.open(`http://localhost:${String(port)}/`);
  const refusal = (address: string) =>
    page.evaluate(`(async () => {
      const { join } = await import('/page.js');
      const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
      const options = { server: '${address}', token: '${token}', name: 'Bob', stream };
      return join({ ...options, consent: { face: true, voice: true, words: false }, showWords: false }).then(
        () => 'joined',
        ({ code }) => code,
      );
    })()`);
  expect(await refusal(`http://127.0.0.1:${String(server.server.port)}`)).toBe('ORIGIN_REFUSED');
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const free = (nobody.address() as AddressInfo).port;
  nobody.close();
  expect(await refusal(`http://127.0.0.1:${String(free)}`)).toBe('UNREACHABLE');
});
