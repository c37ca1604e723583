import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeDevices, TestBrowser } from './browser.js';
import {
  fixture,
  writeBlackVideo,
  writeMoods,
  writePortraitVideo,
  writeSilence,
  writeSpeech,
  writeTwoFacesVideo,
} from './fake-media.js';
import type { GrantsGiven } from '../../../src/server/protocol.js';
import { mintToken } from '../../../src/server/tokens.js';
import { startServer, type TestServer } from './start-server.js';

const SECRET = 'a-secret-for-tests-of-32-characters!';

/** What the cases share: two servers, the files of the fake devices, and a browser for each set of these. */
export class Stage {
  server!: TestServer;
  readonly #folder: string;
  readonly #browsers = new Map<string, TestBrowser>();
  #guarded: Promise<TestServer> | undefined;
  #rooms = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'emostream-e2e-')));
    await Promise.all([
      writePortraitVideo(stage.#file('portrait.y4m')),
      writeTwoFacesVideo(stage.#file('two.y4m')),
      writeBlackVideo(stage.#file('black.y4m')),
      writeSpeech(stage.#file('speech.wav')),
      writeMoods(stage.#file('moods.wav')),
      writeSilence(stage.#file('silence.wav')),
    ]);
    stage.server = await startServer();
    return stage;
  }

  /** Somebody with a face who speaks now and then. */
  get person(): FakeDevices {
    return { video: this.#file('portrait.y4m'), audio: this.#file('speech.wav') };
  }

  /** Two people before one camera. */
  get pair(): FakeDevices {
    return { video: this.#file('two.y4m'), audio: this.#file('silence.wav') };
  }

  /** Somebody who says something angry, then something happy. */
  get moody(): FakeDevices {
    return { video: this.#file('black.y4m'), audio: this.#file('moods.wav') };
  }

  /** A covered lens and a muted microphone that still send. */
  get nobody(): FakeDevices {
    return { video: this.#file('black.y4m'), audio: this.#file('silence.wav') };
  }

  /** A room that no other case uses. */
  room(): string {
    return `e2e-${++this.#rooms}`;
  }

  address(room: string, server = this.server): string {
    return `${server.url}?room=${room}`;
  }

  /** Where tokens are needed, several faces are judged and a stand-in hears the words: of the cases that are about one of these. */
  guarded(): Promise<TestServer> {
    const flags = ['--jwt-secret', SECRET, '--transcriber', fixture('echo-transcriber.mjs'), '--max-faces', '4'];
    return (this.#guarded ??= startServer(flags));
  }

  /** A token of the guarded server. */
  async token(room: string, grants: Partial<GrantsGiven>, ttlSeconds = 600): Promise<string> {
    const life = { ttlSeconds, nowMs: Date.now() };
    return (await mintToken({ secret: new TextEncoder().encode(SECRET) }, { room, ...grants }, life)).token;
  }

  /** The address of a room of the guarded server, with a token. */
  async invitation(room: string, grants: Partial<GrantsGiven> = {}, ttlSeconds = 600): Promise<string> {
    const token = await this.token(room, { publish: true, subscribe: true, ...grants }, ttlSeconds);
    return `${this.address(room, await this.guarded())}#token=${token}`;
  }

  async browser(devices: FakeDevices): Promise<TestBrowser> {
    const key = JSON.stringify(devices);
    const before = this.#browsers.get(key);
    if (before?.isThere) return before;
    const browser = await TestBrowser.launch(devices);
    this.#browsers.set(key, browser);
    return browser;
  }

  /** After each case: no page stays. @returns what they complained about */
  async clear(): Promise<string[]> {
    return (await Promise.all([...this.#browsers.values()].map((browser) => browser.clear()))).flat();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.close().catch(() => undefined)));
    await Promise.all([this.server.stop(), this.#guarded?.then((server) => server.stop())]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
