import { Command } from 'commander';
import { startServer } from '../test/e2e/support/start-server.js';
import { TestBrowser } from '../test/e2e/support/browser.js';
import { FlashCall, type Shown } from './shown/measure.js';
import { measured } from './support/measured.js';
import { seeded } from './support/random.js';
import { quantile, table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:shown`: what a viewer waits for. A face appears before a camera; measured is the time to the paint of the overlay that
 * shows it, in another page of a real Chromium. A result is of a whole second, so that a flash waits for its second's end first.
 */
const options = new Command('bench:shown')
  .option('-n, --flashes <count>', 'how many', '60')
  .option('--json <file>', 'write the figures as JSON', 'bench/results/shown.json')
  .parse()
  .opts<{ flashes: string; json: string }>();

const random = seeded(1);
const server = await startServer();
const browser = await TestBrowser.launch();
const flashes: Shown[] = [];
try {
  const call = await FlashCall.join((url, script) => browser.open(url, {}, script), `${server.url}?room=shown`);
  for (let count = 0; count < Number(options.flashes); count++) flashes.push(await call.flash(1000 + 1000 * random()));
} finally {
  await browser.close();
  await server.stop();
}

const of = (values: number[]) => ({
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  max: Math.max(...values),
});
const sinceFlashMs = of(flashes.map((flash) => flash.sinceFlashMs));
const sinceSecondMs = of(flashes.map((flash) => flash.sinceSecondMs));
const row = ({ p50, p95, max }: typeof sinceFlashMs): string => [p50, p95, max].map(Math.round).join(' / ');
console.log(
  table([
    ['flashes', flashes.length],
    ['flash to paint, p50 / p95 / most, ms', row(sinceFlashMs)],
    ['end of its second to paint, p50 / p95 / most, ms', row(sinceSecondMs)],
  ]),
);
writeJson(options.json, { ...measured('bench:shown'), flashes: flashes.length, sinceFlashMs, sinceSecondMs });
