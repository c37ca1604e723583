import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { mintToken } from '../../src/server/index.js';
import { startServer, type TestServer } from './support/start-server.js';
import { join, TestBrowser, tile } from './support/browser.js';
import { threePictures } from './support/in-page.js';
import { pythonWithAiortc, Sender, webClient } from './whip/sender.js';
import { sendAlone, SOUND_OF_SENDER, WITHOUT_AV1 } from './whip/in-page.js';
import { Watch } from './whip/watch.js';

// Other people's encoders and a real server share few cores.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const SECRET = 'a-secret-for-tests-of-32-characters!';
const script = (name: string) => fileURLToPath(new URL(`./whip/${name}`, import.meta.url));
const aiortc = pythonWithAiortc();
if ('lack' in aiortc) console.warn(`aiortc does not send here: ${aiortc.lack}`);

/** Senders that we did not write; what they send is received, decoded and judged by the product as it is served. */
describe('by WHIP', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let rooms = 0;
  const open: { close(): void | Promise<void> }[] = [];
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(['--jwt-secret', SECRET]), TestBrowser.launch()]);
  });
  afterEach(async () => {
    for (const thing of open.splice(0)) await thing.close();
    expect(await browser.clear()).toEqual([]);
  });
  afterAll(() => Promise.all([server.stop(), browser.close()]));

  const token = async (room: string, options: { subject: string; consent?: string }) => {
    const grants = { room, publish: true, subscribe: true };
    const secret = new TextEncoder().encode(SECRET);
    return (await mintToken({ secret }, grants, { ttlSeconds: 600, nowMs: Date.now(), ...options })).token;
  };
  /** A room that somebody watches, and where to send. */
  const stage = async () => {
    const room = `whip-${++rooms}`;
    const watch = await Watch.open(server.url, await token(room, { subject: 'watcher' }));
    open.push(watch);
    return { room, watch, url: new URL(`/whip/${room}`, server.url).href };
  };
  const sending = (program: string, args: string[]) => {
    const sender = new Sender(program, args);
    open.push({ close: () => sender.kill() });
    return sender;
  };

  it('FFmpeg’s own muxer takes part, by the consent of its token, and leaves', async () => {
    const { room, watch, url } = await stage();
    const own = await token(room, { subject: 'ffmpeg', consent: 'face voice' });
    const sender = sending(process.execPath, [script('ffmpeg-sender.mjs'), url, own]);
    expect(await sender.orEnd(watch.live())).toMatchObject({ participant: 'ffmpeg', words: { state: 'off' } });
    sender.endInput();
    expect((await watch.ended()).reason).toBe('left');
  });

  it.skipIf('lack' in aiortc).each(['VP8', 'H264'])(
    'aiortc takes part with %s, consents by a header, and leaves with DELETE',
    async (codec) => {
      const { room, watch, url } = await stage();
      const own = await token(room, { subject: 'aiortc' });
      const python = 'python' in aiortc ? aiortc.python : '';
      const sender = sending(python, [script('aiortc-sender.py'), url, own, codec]);
      expect(await sender.orEnd(watch.live())).toMatchObject({ participant: 'aiortc' });
      sender.endInput();
      expect((await watch.ended()).reason).toBe('left');
      await sender.until(() => sender.output.includes('deleted 200'));
    },
  );

  it('a browser takes part by @eyevinn/whip-web-client, from a page that is not ours', async () => {
    const { room, watch, url } = await stage();
    const own = await token(room, { subject: 'browser', consent: 'given' });
    // Its page may not be scripted by others (its content security policy), but by its tests.
    const page = await browser.open(server.url, { bypassCSP: true });
    const statuses: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/whip/')) statuses.push(`${response.request().method()} ${response.status()}`);
    });
    await page.addScriptTag({ content: await webClient() });
    await page.evaluate(
      `(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
        window.sender = new Whip.WHIPClient({ endpoint: ${JSON.stringify(url)}, opts: { authkey: ${JSON.stringify(own)} } });
        await window.sender.setIceServersFromEndpoint();
        await window.sender.ingest(stream);
      })()`,
    );
    expect(await watch.live()).toMatchObject({ participant: 'browser' });
    await page.evaluate('window.sender.destroy()');
    expect((await watch.ended()).reason).toBe('left');
    expect(statuses).toEqual(expect.arrayContaining(['OPTIONS 200', 'POST 201', 'DELETE 200']));
    expect(statuses.filter((line) => / [45]/.test(line))).toEqual([]);
  });

  it.each([
    ['VP9', 'L2T3_KEY'],
    ['AV1', 'L2T3'],
  ])('a browser that sends nothing but %s, in layers %s, is analysed', async (codec, scalabilityMode) => {
    const { room, watch, url } = await stage();
    const own = await token(room, { subject: 'browser', consent: 'given' });
    const page = await browser.open(server.url, { bypassCSP: true });
    await page.evaluate(sendAlone({ codec, scalabilityMode, url, token: own }));
    expect(await watch.live()).toMatchObject({ participant: 'browser' });
    const sent = await page.evaluate(
      `window.pc.getStats().then((stats) => {
        const all = [...stats.values()];
        const { codecId, scalabilityMode } = all.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
        return { codec: all.find(({ id }) => id === codecId).mimeType, scalabilityMode };
      })`,
    );
    expect(sent).toEqual({ codec: `video/${codec}`, scalabilityMode });
    // And goes on to be: pictures of every second, not of the first key frame alone.
    expect(await watch.liveFor(3)).toBe(3);
  });

  it('a browser that cannot decode what somebody sends stays in the call, and says so where the picture would be', async () => {
    const { room, watch, url } = await stage();
    const own = await token(room, { subject: 'sender', consent: 'given' });
    const sender = await browser.open(server.url, { bypassCSP: true });
    await sender.evaluate(sendAlone({ codec: 'AV1', scalabilityMode: 'L1T1', url, token: own }));
    await watch.live();
    const seat = await token(room, { subject: 'ada' });
    const ada = await browser.open(`${server.url}?room=${room}#token=${seat}`, {}, WITHOUT_AV1);
    await join(ada, 'Ada');
    await tile(ada, 'sender').getByText('this browser cannot show their picture').waitFor();
    await tile(ada, 'sender').getByText('Analysis on').waitFor();
    // Their sound comes all the same.
    await ada.waitForFunction(SOUND_OF_SENDER);
    expect(await ada.getByText('You cannot see or hear the others').count()).toBe(0);
    // Whoever has it sees them.
    const bob = await browser.open(`${server.url}?room=${room}#token=${await token(room, { subject: 'bob' })}`);
    await join(bob, 'Bob');
    await bob.evaluate(threePictures('sender'));
    expect(await tile(bob, 'sender').getByText('cannot show').count()).toBe(0);
  });
});
