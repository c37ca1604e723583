import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalMedia } from '../../client/page/session/local-media.js';
import { ScreenShare } from '../../client/page/session/screen-share.js';

/** As much of a track as the page uses. */
class FakeTrack extends EventTarget {
  enabled = true;
  readyState: 'live' | 'ended' = 'live';
  contentHint = '';
  constructor(readonly deviceId: string) {
    super();
  }
  stop(): void {
    this.readyState = 'ended';
  }
  getSettings(): { deviceId: string } {
    return { deviceId: this.deviceId };
  }
}

class FakeStream {
  readonly #tracks: Set<FakeTrack>;
  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = new Set(tracks);
  }
  addTrack = (track: FakeTrack): void => void this.#tracks.add(track);
  removeTrack = (track: FakeTrack): void => void this.#tracks.delete(track);
  getTracks = (): FakeTrack[] => [...this.#tracks];
  getVideoTracks = this.getTracks;
}

type Constraints = Record<'audio' | 'video', { deviceId?: { exact: string } } | undefined>;

/** A browser whose person has yet to answer. */
class Browser {
  plugged = ['one', 'two'];
  readonly given: FakeTrack[] = [];
  readonly #questions: (() => void)[] = [];

  readonly mediaDevices = {
    getUserMedia: ({ audio, video }: Constraints) => this.#ask((audio ?? video)?.deviceId?.exact),
    getDisplayMedia: () => this.#ask(undefined),
  };

  get questions(): number {
    return this.#questions.length;
  }

  /** The person says yes to all that they were asked. */
  async yes(): Promise<void> {
    for (const answer of this.#questions.splice(0)) answer();
    // All that waits for the answer goes on.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  get live(): string[] {
    return this.given.filter(({ readyState }) => readyState === 'live').map(({ deviceId }) => deviceId);
  }

  #ask(deviceId: string | undefined): Promise<FakeStream> {
    return new Promise((resolve, reject) => {
      this.#questions.push(() => {
        const track = new FakeTrack(deviceId ?? this.plugged[0] ?? '');
        if (!this.plugged.includes(track.deviceId)) {
          return reject(new DOMException('', deviceId ? 'OverconstrainedError' : 'NotFoundError'));
        }
        this.given.push(track);
        resolve(new FakeStream([track]));
      });
    });
  }
}

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
  vi.stubGlobal('navigator', browser);
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => vi.unstubAllGlobals());

describe('camera and microphone', () => {
  it('a microphone that was muted before the call is heard when it is on again', async () => {
    const media = new LocalMedia();
    void media.turnOn('microphone');
    await browser.yes();
    media.turnOff('microphone');
    expect(media.track('microphone')).toBeNull();
    expect(browser.given[0]!.enabled).toBe(false);
    await media.turnOn('microphone');
    expect(media.track('microphone')).toMatchObject({ enabled: true, readyState: 'live' });
  });

  it('asks once however often the button is pressed, and keeps one track', async () => {
    const media = new LocalMedia();
    const pressed = [media.turnOn('camera'), media.turnOn('camera')];
    expect(browser.questions).toBe(1);
    await browser.yes();
    await Promise.all(pressed);
    expect(browser.live).toEqual(['one']);
    expect(media.isOn('camera')).toBe(true);
  });

  it.each([
    ['turned off', (media: LocalMedia) => media.turnOff('camera')],
    ['closed, as when one leaves', (media: LocalMedia) => media.close()],
  ])('what was %s before the person answered stays off, and no lamp is left on', async (_what, end) => {
    const media = new LocalMedia();
    const asked = media.start();
    end(media);
    await browser.yes();
    await browser.yes();
    await asked;
    expect(media.isOn('camera')).toBe(false);
    media.close();
    expect(browser.live).toEqual([]);
    expect(browser.questions).toBe(0);
  });

  it('the last that was chosen is on, whatever the browser answers first', async () => {
    const media = new LocalMedia();
    void media.turnOn('camera');
    void media.choose('camera', 'two');
    await browser.yes();
    expect(browser.live).toEqual(['two']);
    expect(media.deviceId('camera')).toBe('two');
  });

  it('another one takes the place of the chosen one that was unplugged; none at all is said', async () => {
    const media = new LocalMedia();
    await media.choose('camera', 'two');
    browser.plugged = ['one'];
    const on = media.turnOn('camera');
    await browser.yes();
    await browser.yes();
    await on;
    expect(media.deviceId('camera')).toBe('one');
    media.turnOff('camera');
    browser.plugged = [];
    const none = expect(media.turnOn('camera')).rejects.toThrow('No camera was found');
    await browser.yes();
    await browser.yes();
    await none;
  });
});

describe('the screen', () => {
  it('is asked for once, and is not shared when the call ended before the answer', async () => {
    const screen = new ScreenShare();
    const asked = [screen.start(), screen.start()];
    expect(browser.questions).toBe(1);
    screen.close();
    await browser.yes();
    expect(await Promise.all(asked)).toEqual([false, false]);
    expect(browser.live).toEqual([]);
  });

  it('is another one the next time', async () => {
    const screen = new ScreenShare();
    for (const count of [1, 2]) {
      const asked = screen.start();
      await browser.yes();
      expect(await asked).toBe(true);
      expect(browser.given).toHaveLength(count);
      screen.stop();
      expect(screen.track).toBeNull();
    }
  });
});
