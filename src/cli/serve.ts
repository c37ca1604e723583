import { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { optionDocs } from '../config/table.js';
import { createLogger } from '../telemetry/logger.js';
import { PromMeter } from '../telemetry/prom-meter.js';
import { startApp } from './app.js';
import { Shutdown } from './shutdown.js';

/** `emostream serve`: every option of the schema is a flag. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Run the server: the call, the analysis, the events, the page and the metrics.')
    .option('--config <file>', 'JSON file with any of the options below (camelCase keys)');
  for (const option of optionDocs()) {
    const fallback = option.fallback === '–' ? '' : ` (default ${option.fallback})`;
    const unit = option.unit ? ` [${option.unit}]` : '';
    command.option(`${option.flag} <value>`, `${option.description}${unit}${fallback}`);
  }
  return command.action(async (flags: Record<string, unknown>) => {
    const { config: file, ...rest } = flags;
    const config = loadConfig({ flags: rest, env: process.env, ...(typeof file === 'string' ? { file } : {}) });
    surviveBrokenOutput();
    const meter = new PromMeter();
    const logger = createLogger(config.logLevel, (lines) => meter.count('emostream_log_lines_lost_total', {}, lines));
    // Before anything is started: who is asked to end while starting ends, too.
    const shutdown = new Shutdown();
    const app = await Promise.race([startApp(config, logger, meter), shutdown.requested.then(() => null)]);
    if (!app) {
      // Nobody has connected yet. Threads end with the process, media workers when it is gone.
      console.log('emostream was asked to end before it was ready.');
      process.exit(0);
    }
    announce(app);
    await shutdown.requested;
    const closed = app.close();
    console.log('emostream is closing: participants are told, then everything ends.');
    await closed;
    shutdown.done();
  });
}

/** Who reads what this program prints may go, and the disk under it may fill; the calls go on. */
function surviveBrokenOutput(): void {
  // Without a listener a failed write ends the process (`stream.Writable`, event "error").
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function announce(app: Awaited<ReturnType<typeof startApp>>): void {
  const { server, engine } = app;
  const lines = [
    `emostream is ready: ${server.url}/`,
    `  metrics           ${server.url}/metrics`,
    `  health            ${server.url}/healthz  ${server.url}/readyz`,
    `  media             offered on ${server.pool.offered.join(', ')}`,
    `  engine            ${engine.name}, model ${engine.model}`,
  ];
  if (server.development) {
    lines.push(
      '',
      '  DEVELOPMENT MODE: no jwtSecret is set. The secret is random and gone when this process ends, and anybody who can',
      '  reach the page (loopback only) gets a token for any room. Set EMOSTREAM_JWT_SECRET for anything but a trial.',
    );
  }
  console.log(lines.join('\n'));
}
