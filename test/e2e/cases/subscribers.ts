import { gzipSync } from 'node:zlib';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { emotionEventSchema } from '../../../src/events/schema.js';
import { join, ownId } from '../support/browser.js';
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
  it('emostream watch prints the events of a room, as text and as JSON, and ends cleanly', async () => {
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

  it('another page shows the overlay with emostream.js alone', async () => {
    const room = stage().room();
    const browser = await stage().browser(stage().person);
    const page = await browser.open(stage().address(room));
    await page.getByRole('switch', { name: 'Face' }).click();
    await join(page, 'Bea');
    // Any page of the server's origin will do: the script brings everything it needs.
    const other = await browser.open(new URL('/api/info', stage().server.url).href);
    await other.evaluate(`(${EMBED_OVERLAY})(${JSON.stringify({ room, participant: await ownId(page) })})`);
    const shown = other.locator('emo-overlay[data-status="live"]');
    await shown.getByText('judged by').waitFor();
    await shown.getByRole('img', { name: /^The last minute: .* \d+ s/ }).waitFor();
    const script = await fetch(new URL('/emostream.js', stage().server.url));
    expect(gzipSync(await script.arrayBuffer()).length).toBeLessThan(60_000);
  });
}
