import { Command } from 'commander';
import { packageVersion } from '../common/version.js';
import { failWith } from './failure.js';

/**
 * `emostream`: one file per command. Commands are imported when asked for, so that a light one (`token`, `watch`) does not
 * load what a heavy one needs.
 */
const program = new Command('emostream')
  .description('Self-hosted emotion analyzer for live calls: WebRTC in, one emotion event per person per second out.')
  .version(packageVersion())
  .showHelpAfterError();

const loaders: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.js')).serveCommand(),
  analyze: async () => (await import('./analyze.js')).analyzeCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  setup: async () => (await import('./setup.js')).setupCommand(),
  record: async () => (await import('./record.js')).recordCommand(),
  replay: async () => (await import('./replay.js')).replayCommand(),
  watch: async () => (await import('./watch.js')).watchCommand(),
  token: async () => (await import('./token.js')).tokenCommand(),
  doctor: async () => (await import('./doctor.js')).doctorCommand(),
  data: async () => (await import('./data.js')).dataCommand(),
  train: async () => (await import('./train.js')).trainCommand(),
  evaluate: async () => (await import('./evaluate.js')).evaluateCommand(),
  model: async () => (await import('./model.js')).modelCommand(),
  engine: async () => (await import('./engine.js')).engineCommand(),
  speech: async () => (await import('./speech.js')).speechCommand(),
};

async function main(argv: string[]): Promise<void> {
  const wanted = argv[2] ?? '';
  const names = wanted in loaders ? [wanted] : Object.keys(loaders);
  for (const name of names) program.addCommand(await loaders[name]!());
  await program.parseAsync(argv);
}

main(process.argv).catch(failWith);
