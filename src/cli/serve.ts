import { Command } from 'commander';
import { optionDocs } from '../config/table.js';
import { Supervisor } from './supervisor.js';

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
    // What it says may go nowhere: that must not end it (`stream.Writable`, event "error").
    process.stderr.on('error', () => undefined);
    const supervisor = new Supervisor({ flags: rest, ...(typeof file === 'string' ? { file } : {}) });
    process.exitCode = await supervisor.run();
  });
}
