import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeDevices, TestBrowser } from './browser.js';
import {
  writeBlackVideo,
  writeMoods,
  writePortraitVideo,
  writeSilence,
  writeSpeech,
  writeTwoFacesVideo,
} from './fake-media.js';
import { startServer, type TestServer } from './start-server.js';

/** What the cases share: one server, the files of the fake devices, and the browsers that are open. */
export class Stage {
  server!: TestServer;
  readonly #folder: string;
  readonly #browsers = new Set<TestBrowser>();
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

  async browser(devices: FakeDevices): Promise<TestBrowser> {
    const browser = await TestBrowser.launch(devices);
    this.#browsers.add(browser);
    return browser;
  }

  /** After each case: no browser stays. @returns what their pages complained about */
  async clear(): Promise<string[]> {
    const browsers = [...this.#browsers];
    this.#browsers.clear();
    await Promise.all(browsers.map((browser) => browser.close().catch(() => undefined)));
    return browsers.flatMap((browser) => browser.complaints);
  }

  async close(): Promise<void> {
    await this.clear();
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
