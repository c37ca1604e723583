import { gzipSync } from 'node:zlib';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { requestToken } from '../../../client/lib/index.js';
import { emotionEventSchema } from '../../../src/events/schema.js';
import { accessible } from '../support/accessible.js';
import { join, ownId, screenshot, type TestBrowser } from '../support/browser.js';
import { EMBED_OVERLAY } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';
import { MAIN } from '../support/start-server.js';

function watch(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'watch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (matches: (text: string) => boolean): Promise<string> => {
    for (;;) {
      const next = await lines.next();
      if (next.done) throw new Error(`watch ended: ${errors}`);
      if (matches(next.value)) return next.value;
    }
  };
  return { child, exited, line, errors: () => errors };
}

export function subscribers(stage: () => Stage): void {
  it('is told elsewhere: by `emostream watch`, in a page with emostream.js alone, and by the overlay’s address, as long as one agrees', async () => {
    const room = stage().room();
    const { url } = stage().server;
    const text = watch(room, '--server', url);
    const json = watch(room, '--server', url, '--json');
    const browser = await stage().browser(stage().person);
    const page = await browser.open(stage().address(room));
    await page.getByRole('switch', { name: 'Face' }).click();
    await join(page, 'Bea');
    const id = await ownId(page);

    const line = await text.line((printed) => /face\s+\d+ %/.test(printed));
    expect(line).toMatch(/^\d\d:\d\d:\d\d {2}\S+\s.*valence [+-]\d\.\d\d {2}arousal [+-]\d\.\d\d .* \d+ ms/);
    const event = emotionEventSchema.parse(JSON.parse(await json.line((printed) => printed.includes('"emotion"'))));
    expect(event.participant).toBe(id);
    for (const { child, exited } of [text, json]) {
      child.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
    }
    expect(json.errors()).toBe('');

    // Any page of the server's origin will do: the script brings everything it needs.
    const other = await browser.open(new URL('/api/info', url).href);
    await other.evaluate(`(${EMBED_OVERLAY})(${JSON.stringify({ room, participant: id })})`);
    const shown = other.locator('emo-overlay[data-status="live"]');
    await shown.getByText('judged by').waitFor();
    await shown.getByRole('img', { name: /^The last minute: .* \d+ s/ }).waitFor();
    const script = await fetch(new URL('/emostream.js', url));
    expect(gzipSync(await script.arrayBuffer()).length).toBeLessThan(60_000);
    await other.context().close();

    const { token } = await requestToken(url, room);
    const address = (query: string) => `${new URL(`overlay/${room}`, url).href}?${query}#token=${token}`;
    await overlayByUrl(browser, address, { page, id });
    const refused = await browser.open(`${new URL(`overlay/${room}`, url).href}#token=a.b.c`);
    await refused.getByRole('alert').getByText('access token is not valid').waitFor();
    await accessible(refused);
  });

  it('emostream watch says what is wrong, with a code, and fails', async () => {
    const nobody = watch('room', '--server', 'http://127.0.0.1:9');
    expect(await nobody.exited).toEqual([1, null]);
    expect(nobody.errors()).toMatch(/no server answers at http:\/\/127\.0\.0\.1:9.*\[UNREACHABLE\]/);
    const { url } = stage().server;
    const forged = watch('room', '--server', url, '--token', 'not.a.token');
    expect(await forged.exited).toEqual([1, null]);
    expect(forged.errors()).toMatch(/the access token is not valid.*\[UNAUTHENTICATED\]/);
    const badName = watch('not a room', '--server', url);
    expect(await badName.exited).toEqual([1, null]);
    expect(badName.errors()).toMatch(/\[BAD_MESSAGE\]/);
  });
}

/** Of whom its address names, on nothing, as long as they agree to it. */
async function overlayByUrl(
  browser: TestBrowser,
  address: (query: string) => string,
  { page, id }: { page: Page; id: string },
): Promise<void> {
  const overlay = await browser.open(address(`participant=${id}`), { viewport: { width: 640, height: 360 } });
  await overlay.locator('emo-overlay[data-status="live"]').waitFor();
  expect(
    await overlay.evaluate('[document.documentElement, document.body].map((e) => getComputedStyle(e).backgroundColor)'),
  ).toEqual(Array(2).fill('rgba(0, 0, 0, 0)'));
  await overlay.locator('figcaption').getByText('Analysis on').waitFor();
  await screenshot(overlay, 'overlay-by-url.png', true);
  await accessible(overlay);

  const everybody = await browser.open(address('view=compact&align=top&width=300'));
  await everybody.locator('emo-overlay[compact][data-status="live"]').waitFor();
  expect(await everybody.locator('figure').count()).toBe(1);
  const box = await everybody.locator('emo-overlay').boundingBox();
  expect(box?.width).toBe(300);
  await screenshot(everybody, 'overlay-by-url-compact.png', true);
  await accessible(everybody);

  const nobody = await browser.open(address('participant=somebody-else'));
  await page.getByRole('switch', { name: 'Face' }).click();
  for (const each of [overlay, everybody]) await each.locator('emo-overlay').waitFor({ state: 'hidden' });
  expect(await nobody.locator('emo-overlay').isVisible()).toBe(false);
}
