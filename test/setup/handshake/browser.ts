import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

/** Chromium's options for tests: a fake camera and microphone, no questions, nothing outside this machine. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // The server listens on loopback only.
  '--allow-loopback-in-peer-connection',
];

/** The handshake's page, open in a real browser. */
export class HandshakeBrowser {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(page: Page, browser: Browser, server: Server) {
    this.page = page;
    this.#browser = browser;
    this.#server = server;
  }

  /** @param answer answers the page's requests */
  static async open(
    executablePath: string,
    answer: (method: string, data: unknown) => Promise<unknown>,
  ): Promise<HandshakeBrowser> {
    const server = await serve(await bundle());
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error('page:', error.message));
    await page.exposeFunction('signal', answer);
    // Localhost is a secure context, as getUserMedia demands.
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    return new HandshakeBrowser(page, browser, server);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** page.mjs and mediasoup-client as one script. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('./page.mjs', import.meta.url)), formats: ['es'] },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if ('output' in output) return output.output[0].code;
  }
  throw new Error('Vite left no bundle');
}

async function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
    else {
      const html = '<!doctype html><title>handshake</title><video muted></video><script type="module" src="/page.js">';
      response.setHeader('content-type', 'text/html').end(`${html}</script>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
