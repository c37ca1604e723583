import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { ServeProcess } from '../cli/support/serve-process.js';
import { TestBrowser, connected, join as joinCall, screenshot } from '../e2e/support/browser.js';
import { writePortraitVideo, writeSpeech } from '../e2e/support/fake-media.js';
import { BLOCK_MEDIA } from '../e2e/support/in-page.js';
import { HostedClient } from '../server/hosted/support/hosted-client.js';
import type { TestClient } from '../server/support/test-client.js';
import { offer } from '../server/whip/support/offer.js';
import { LossyRoad } from '../support/lossy-road.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { drawDashboard } from './dashboard-picture.js';
import type { DashboardJson } from './dashboard-queries.js';
import { PrometheusProcess } from './prometheus-process.js';

/** Where the server takes media, and where browsers are told to send them: a road lies between. */
const [SERVER, ROAD] = ['127.0.0.1', '127.0.0.2'];
const ALL = { face: true, voice: true, words: true };
const SAYINGS = ['I am so happy to see you today!', 'This makes me really angry.', 'What a sad and lonely day.'];

/**
 * A call that Prometheus watches: the server in its own process, two people in browsers who agree to everything, one whose media
 * find no way, and five who write.
 */
export class ObservedCall {
  readonly startedSeconds = Date.now() / 1000;
  readonly #writers: { client: TestClient; timer: NodeJS.Timeout }[] = [];
  readonly #sockets: WebSocket[] = [];
  #browser: TestBrowser | undefined;

  private constructor(
    readonly server: ServeProcess,
    readonly port: number,
    readonly road: LossyRoad,
    readonly prometheus: PrometheusProcess,
  ) {}

  static async open(prometheus: string): Promise<ObservedCall> {
    const rtcPort = await freePort();
    const flags = {
      'rtc-host': SERVER,
      'rtc-announced-address': ROAD,
      'rtc-port': `${rtcPort}`,
      'rtc-tcp': 'false',
      'open-door': 'true',
      'emotion-metrics': 'true',
      // Restarts are among what is watched; what they say is not.
      'log-level': 'fatal',
    };
    const server = new ServeProcess({ flags: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]) });
    const port = await server.ready();
    const road = await LossyRoad.open({ address: ROAD, port: rtcPort }, { address: SERVER, port: rtcPort });
    return new ObservedCall(server, port, road, new PrometheusProcess(prometheus, port));
  }

  async begin(): Promise<void> {
    // Before there is more to analyse than a small machine can: then newcomers wait.
    for (let index = 0; index < 5; index++) await this.#writes(`writer ${index}`);
    const folder = temporaryFolder();
    const [video, audio] = [join(folder, 'portrait.y4m'), join(folder, 'speech.wav')];
    await Promise.all([writePortraitVideo(video), writeSpeech(audio)]);
    this.#browser = await TestBrowser.launch({ video, audio });
    const url = (room: string) => `http://127.0.0.1:${this.port}/?room=${room}`;
    for (const name of ['Ada', 'Bea']) {
      const page = await this.#browser.open(url('call'));
      for (const modality of ['Face', 'Voice', 'Words']) {
        await page.getByRole('switch', { name: modality, exact: true }).click();
      }
      await joinCall(page, name);
      await connected(page);
    }
    const blocked = await this.#browser.open(url('blocked'), {}, BLOCK_MEDIA);
    await blocked.getByRole('switch', { name: 'Face' }).click();
    await blocked.getByLabel('Your name').fill('Cleo');
    await blocked.getByRole('button', { name: /^Join/ }).click();
    await blocked.locator('.state[data-state="blocked"]').waitFor();
  }

  /** One comes by WHIP and one by the protocol of the hosted API: of neither there is anything to see. */
  async otherWaysIn(): Promise<void> {
    const server = `http://127.0.0.1:${this.port}`;
    const token = async (room: string): Promise<string> => {
      const body = JSON.stringify({ room, subject: 'new' });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${server}/api/token`, { method: 'POST', headers, body });
      return ((await answer.json()) as { token: string }).token;
    };
    const authorization = `Bearer ${await token('whip')}`;
    const headers = { authorization, 'content-type': 'application/sdp' };
    const { status } = await fetch(`${server}/whip/whip`, { method: 'POST', headers, body: offer() });
    if (status !== 201) throw new Error(`WHIP is answered ${String(status)}`);
    const hosted = await HostedClient.connect(this.port, 'video', {
      headers: { 'x-hume-api-key': await token('hosted') },
    });
    this.#sockets.push(hosted.socket);
    hosted.json({ type: 'session.update', consent: 'face' });
    hosted.media(Buffer.from('no picture'));
    await hosted.next('error');
  }

  /** Asks for more than a client may, for so long as it is let. */
  async flood(): Promise<void> {
    const client = await this.server.connect(this.port, 'flood');
    for (let id = 1; id <= 1000; id++) client.send(JSON.stringify({ type: 'getRouterCapabilities', id }));
    await client.ended();
  }

  /** Leaves a picture of each page with the other output of the tests. */
  async picture(pages: readonly DashboardJson[], time: { start: number; end: number; step: number }): Promise<void> {
    for (const page of pages) {
      const path = join(temporaryFolder(), 'page.html');
      writeFileSync(path, await drawDashboard(page, this.prometheus, time));
      const opened = await this.#browser?.open(`file://${path}`, { viewport: { width: 1440, height: 2000 } });
      if (opened) await screenshot(opened, `dashboard-${page.uid}.png`);
    }
  }

  async close(): Promise<void> {
    for (const { client, timer } of this.#writers) {
      clearInterval(timer);
      client.socket.terminate();
    }
    for (const socket of this.#sockets) socket.terminate();
    await this.#browser?.close();
    this.road.close();
    this.prometheus.child.kill('SIGKILL');
    this.server.kill();
  }

  /** Says something every second; no camera, no microphone. The five make the fewest people whose labels are counted. */
  async #writes(name: string): Promise<void> {
    const client = await this.server.connect(this.port, 'writers');
    await client.join(name, { ...ALL, face: false, voice: false });
    await client.request('subscribe', {});
    const timer = setInterval(() => {
      const now = Date.now();
      const text = SAYINGS[Math.floor(now / 1000) % SAYINGS.length] ?? '';
      client.send(JSON.stringify({ type: 'caption', id: now, text, startMs: now - 900, endMs: now, sentMs: now }));
    }, 1000);
    this.#writers.push({ client, timer });
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, ROAD);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
