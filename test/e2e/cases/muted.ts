import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, ownId } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import { HEARD_BY_BROWSER, hearing, STUBBED_SPEECH } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';
import { startServer, type TestServer } from '../support/start-server.js';

/** What a recogniser that is running would give; one that was stopped hears nothing. */
const hear = (page: Page, text: string): Promise<boolean> => page.evaluate<boolean>(hearing(text));

export function muted(stage: () => Stage): void {
  it('what the server’s policy forbids is not offered; where it recognises nothing, the browser may (a stub), and with the microphone off hears nothing', async () => {
    const server = await startServer(['--speech', 'off', '--voice-encoder', 'off', '--allow-face', 'false']);
    try {
      await withoutSpeech(stage(), server);
    } finally {
      await server.stop();
    }
  });
}

async function withoutSpeech(stage: Stage, server: TestServer): Promise<void> {
  const room = stage.room();
  const log = await EventLog.open(server.url, room);
  const browser = await stage.browser(stage.nobody);
  const page = await browser.open(stage.address(room, server), {}, STUBBED_SPEECH);
  await page.getByText('What you say, from captions that you type: this server recognises no speech.').waitFor();
  await page.getByText('from your microphone, by small networks alone').waitFor();
  expect(await page.getByRole('switch', { name: 'Face' }).isDisabled()).toBe(true);
  expect(await page.getByRole('switch', { name: 'Voice' }).isDisabled()).toBe(false);
  await accessible(page);
  await page.getByRole('switch', { name: 'Words', exact: true }).click();
  await join(page, 'Ada');
  const id = await ownId(page);
  await page.getByText('This server recognises no speech: words come from captions only.').waitFor();
  await page.getByRole('switch', { name: 'Let this browser write them' }).click();
  const said = log.emotion(id, (event) => event.words.present);
  expect(await hear(page, 'I am so happy')).toBe(true);
  await said;
  await page.getByText('Sent for analysis.').waitFor();

  const microphone = page.getByRole('button', { name: 'Mic' });
  await microphone.click();
  await page.getByText('The microphone is off: nothing is heard.').waitFor();
  await accessible(page);
  expect(await hear(page, 'nobody may hear this')).toBe(false);
  expect(await page.evaluate<string[]>(HEARD_BY_BROWSER)).toEqual([]);
  await page.getByLabel('Caption of what you say').fill('typed all the same');
  await page.keyboard.press('Enter');
  await page.getByText('Sent for analysis.').waitFor();

  await microphone.click();
  await page.getByText('Listening …').waitFor();
  expect(await hear(page, 'here I am again')).toBe(true);
  await page.getByText('Sent for analysis.').waitFor();
  log.close();
}
