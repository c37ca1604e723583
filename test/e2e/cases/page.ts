import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { connected, join, screenshot } from '../support/browser.js';
import { NO_SCREENS, OVERFLOW } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

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
}
