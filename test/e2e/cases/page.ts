import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { mintToken } from '../../../src/server/tokens.js';
import { accessible } from '../support/accessible.js';
import { connected, join, moving, screenshot, tile } from '../support/browser.js';
import { NO_SCREENS, OVERFLOW } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';
import { startServer } from '../support/start-server.js';

const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'light',
} as const;

const overflow = (page: Page): Promise<number> => page.evaluate<number>(OVERFLOW);

export function thePage(stage: () => Stage): void {
  it('fits a phone: nothing to scroll sideways, nothing cut off, in the lobby and in the call', async () => {
    const browser = await stage().browser(stage().person);
    const page = await browser.open(stage().address(stage().room()), PHONE, NO_SCREENS);
    await page.getByRole('button', { name: 'Join the call' }).waitFor();
    expect(await overflow(page)).toBe(0);
    await screenshot(page, 'phone-lobby.png');
    await accessible(page);
    for (const name of ['Face', 'Voice', 'Words', 'Show my words']) {
      await page.getByRole('switch', { name, exact: true }).tap();
    }
    await join(page, 'Bea');
    await page.locator('.tile.own emo-overlay[data-status="live"]').waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await page.getByRole('button', { name: 'Screen', exact: true }).count()).toBe(0);
    for (const button of await page.getByRole('button').all()) {
      const box = await button.boundingBox();
      if (!box) continue;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(PHONE.viewport.width);
    }
    await screenshot(page, 'phone-call.png');
    await accessible(page);
  });

  it('says what to do when camera and microphone are refused, and lets one join all the same', async () => {
    const browser = await stage().browser({ refused: true });
    const page = await browser.open(stage().address(stage().room()));
    await page.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    await page.getByText('The camera is not allowed.').waitFor();
    await page.getByText('The microphone is not allowed.').waitFor();
    await page.getByLabel('Your name').fill('Cid');
    await page.getByRole('button', { name: 'Join without camera and microphone' }).click();
    await connected(page);
    expect(await page.getByRole('button', { name: 'Camera' }).getAttribute('aria-pressed')).toBe('false');
    await accessible(page);
  });

  it('explains what is missing in the form, at the field, and moves there', async () => {
    const browser = await stage().browser({});
    const page = await browser.open(stage().server.url);
    await page.getByRole('button', { name: /^Join/ }).click();
    await page.getByText('Please say who you are.').waitFor();
    await page.locator('input[name="name"]:focus').waitFor();
    await page.getByLabel('Your name').fill('Dee');
    await page.getByLabel('Room').fill('not a room!');
    await page.keyboard.press('Enter');
    await page.getByText('A room is 1 to 64 letters').waitFor();
    expect(await page.getByLabel('Room').getAttribute('aria-invalid')).toBe('true');
    await accessible(page);
  });

  it('speaks the browser’s language, or the one that is chosen, and forgets nothing that was filled in', async () => {
    const browser = await stage().browser({});
    const address = stage().address('sprachen');
    const page = await browser.open(address, { locale: 'de-AT' });
    await page.getByLabel('Ihr Name').fill('Ada');
    await page.getByRole('switch', { name: 'Stimme' }).click();
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    await accessible(page);
    await screenshot(page, 'lobby-de.png');
    await page.getByLabel('Sprache').selectOption('English');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ada');
    expect(await page.getByRole('switch', { name: 'Voice' }).isChecked()).toBe(true);
    await page.locator('select[name="language"]:focus').waitFor();
    await page.reload();
    await page.getByLabel('Your name').waitFor();
    await page.goto(`${address}&lang=de`);
    await page.getByLabel('Ihr Name').waitFor();
  });

  it('does not offer what the server’s policy forbids', async () => {
    const server = await startServer(['--allow-face', 'false']);
    try {
      const browser = await stage().browser({});
      const page = await browser.open(stage().address('policy', server));
      const face = page.getByRole('switch', { name: 'Face' });
      await face.waitFor();
      expect(await face.isDisabled()).toBe(true);
      expect(await page.getByRole('switch', { name: 'Voice' }).isDisabled()).toBe(false);
      await accessible(page);
    } finally {
      await server.stop();
    }
  });

  it('says when one’s access ends, and then that it has ended, in one notice, as long as it is true', async () => {
    const secret = 'a-secret-for-tests-of-32-characters!';
    const server = await startServer(['--jwt-secret', secret]);
    try {
      const invitation = async (ttlSeconds: number) => {
        const grants = { room: 'ends', publish: true, subscribe: true, moderate: false };
        const life = { ttlSeconds, nowMs: Date.now() };
        const { token } = await mintToken({ secret: new TextEncoder().encode(secret) }, grants, life);
        return `${stage().address('ends', server)}#token=${token}`;
      };
      const browser = await stage().browser(stage().nobody);
      // Who comes without an invitation finds where to put it, and Join without scrolling.
      const stranger = await browser.open(stage().address('ends', server), { viewport: { width: 1280, height: 800 } });
      await stranger.getByLabel('Access token').waitFor();
      const box = await stranger.getByRole('button', { name: /^Join/ }).boundingBox();
      expect(box!.y + box!.height).toBeLessThanOrEqual(800);
      await stranger.context().close();
      const fay = await browser.open(await invitation(600));
      await fay.getByRole('switch', { name: 'Voice' }).click();
      await join(fay, 'Fay');
      // Told a minute before, so at once.
      const page = await browser.open(await invitation(12));
      await join(page, 'Eve');
      await page.getByText(/^Your access ends at \d/).waitFor();
      await page.getByText('Your access has ended.').waitFor();
      await accessible(page);
      expect(await page.locator('.notice.problem').count()).toBe(1);
      await tile(page, 'Fay').getByText('Analysis on').waitFor();
      // Without a connection nobody knows of anybody. With this token there will be none again: then the lobby follows.
      await Promise.all([tile(page, 'Fay').locator('.headline').getByText('Connection lost').waitFor(), server.stop()]);
      await page.getByText('Your access has ended.').waitFor({ state: 'detached' });
    } finally {
      await server.stop();
    }
  });

  it('comes back by itself when the server was restarted', async () => {
    const first = await startServer();
    const port = new URL(first.url).port;
    const browser = await stage().browser(stage().nobody);
    const ada = await browser.open(stage().address('again', first));
    const bea = await browser.open(stage().address('again', first));
    await ada.getByRole('switch', { name: 'Voice' }).click();
    await join(ada, 'Ada');
    await join(bea, 'Bea');
    await moving(ada, 'Bea');
    // The server says that it goes, and the page says so until it is back; what nobody can know, it does not claim.
    await Promise.all([ada.getByText('The server stops or restarts.').waitFor(), first.stop()]);
    await ada.locator('.state[data-state="closing"]').waitFor();
    await ada.getByText('it is not known whether you are being analysed').waitFor();
    await accessible(ada);
    const second = await startServer(['--http-port', port]);
    try {
      await Promise.all([connected(ada), connected(bea)]);
      await Promise.all([moving(ada, 'Bea'), moving(bea, 'Ada')]);
      // What was agreed to before still holds, and nothing else.
      await tile(bea, 'Ada').getByText('Analysis on').waitFor();
      await ada.getByText('You are being analysed: voice.').waitFor();
      await ada.getByText('The server stops or restarts.').waitFor({ state: 'detached' });
      await bea.getByText('Nothing of you is analysed.').waitFor();
    } finally {
      await second.stop();
    }
  });
}
