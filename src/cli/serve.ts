import { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { optionDocs } from '../config/table.js';
import { createLogger } from '../telemetry/logger.js';
import { startApp } from './app.js';

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
    const logger = createLogger(config.logLevel);
    const app = await startApp(config, logger);
    announce(app);
    await new Promise<void>((resolve) => {
      // A second signal ends at once, should closing hang.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    });
    console.log('emostream is closing: participants are told, then everything ends.');
    await app.close();
  });
}

function announce(app: Awaited<ReturnType<typeof startApp>>): void {
  const { server, engine } = app;
  const lines = [
    `emostream is ready: ${server.url}/`,
    `  metrics           ${server.url}/metrics`,
    `  health            ${server.url}/healthz  ${server.url}/readyz`,
    `  engine            ${engine.name}, model ${engine.model}`,
  ];
  if (server.development) {
    lines.push(
      '',
      '  DEVELOPMENT MODE: no jwtSecret is set. The secret is random and gone when this process ends, and anybody who can',
      '  reach this address (loopback only) gets a token for any room. Set EMOSTREAM_JWT_SECRET for anything but a trial.',
    );
  }
  console.log(lines.join('\n'));
}
