import type { Page } from 'playwright-core';
import { build } from 'vite';
import { EmostreamClient, requestToken } from '../../../client/lib/index.js';
import { nodeSocket } from '../../../client/lib/node.js';
import { NO_CONSENT } from '../../../src/common/consent.js';
import { rtpCapabilitiesSchema } from '../../../src/common/rtp-schema.js';
import type { Consent } from '../../../src/server/protocol.js';
import { CLIENT_CAPABILITIES } from '../../../src/sfu/index.js';
import { PROJECT, type TestBrowser } from './browser.js';

/** Sends what the page's camera sees, small and twice a second, tinted for each: many of them cost little. */
const SEND_MANY = `async ({ server, room, people }) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true });
  await video.play();
  window.crowd ??= [];
  for (const { name, consent } of people) {
    const number = window.crowd.length;
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    context.filter = 'hue-rotate(' + number * 47 + 'deg)';
    const draw = () => context.drawImage(video, 20 * (number % 3), 10 * (number % 2), 560, 420, 0, 0, 320, 240);
    draw();
    setInterval(draw, 500);
    const sent = canvas.captureStream(2);
    const muted = number % 4 === 1;
    if (!muted) sent.addTrack(stream.getAudioTracks()[0].clone());
    const asked = await fetch('/api/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room }),
    });
    const { token } = await asked.json();
    window.crowd.push(await emostreamJoin.join({ server, room, token, name, consent, showWords: false, stream: sent }));
  }
}`;

export interface Sender {
  name: string;
  consent: Consent;
}

/** Many people on one page: by the client library, which sends and receives nothing but events. */
export class Crowd {
  readonly #page: Page;
  readonly #server: string;
  readonly #room: string;

  private constructor(page: Page, server: string, room: string) {
    this.#page = page;
    this.#server = server;
    this.#room = room;
  }

  /** @param browser whose fake camera they show */
  static async open(browser: TestBrowser, server: string, room: string): Promise<Crowd> {
    const page = await browser.open(server);
    await page.evaluate(await joinScript());
    return new Crowd(page, server, room);
  }

  /** One after the other; ends when all are in the call. */
  async join(people: Sender[]): Promise<void> {
    await this.#page.evaluate(`(${SEND_MANY})(${JSON.stringify({ server: this.#server, room: this.#room, people })})`);
  }

  async leave(): Promise<void> {
    await this.#page.evaluate('Promise.all(window.crowd.splice(0).map((each) => each.leave()))');
  }
}

/** The library's `join`, as a script that a page can be given. */
async function joinScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: `${PROJECT}client/lib/join.ts`, formats: ['iife'], name: 'emostreamJoin' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('the client library was not bundled');
  return `${chunk.code}; globalThis.emostreamJoin = emostreamJoin;`;
}

/** Seats that send nothing: those whose pictures nobody looks at. */
export class Seats {
  readonly #clients: EmostreamClient[] = [];

  /** One after the other; ends when all are in the call. */
  async join(server: string, room: string, names: string[]): Promise<void> {
    const rtpCapabilities = rtpCapabilitiesSchema.parse(CLIENT_CAPABILITIES);
    const agreement = { consent: NO_CONSENT, showWords: false };
    for (const name of names) {
      const token = () => requestToken(server, room).then((granted) => granted.token);
      const client = new EmostreamClient({ server, room, token, socket: nodeSocket });
      this.#clients.push(client);
      await client.connect();
      await client.request('join', { room, name, ...agreement, rtpCapabilities });
    }
  }

  leave(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }
}
