import { once } from 'node:events';
import { loadConfig } from '../config/load.js';
import { EmostreamError } from '../common/errors.js';
import { isEnglish, type SpeechChoice, type VoiceEncoderState } from '../speech/index.js';
import { createLogger } from '../telemetry/logger.js';
import { PromMeter } from '../telemetry/prom-meter.js';
import { type App, INSTALL_SPEECH, startApp } from './app.js';
import { failWith } from './failure.js';
import { Shutdown } from './shutdown.js';
import { ALIVE_EVERY_MS, CLOSE_PATIENCE_MS, EXIT_DOUBTFUL, type FromServer, type ToServer } from './supervision.js';
import { handleUncaught } from './uncaught.js';

/** The server itself, the child of the supervisor (`emostream serve`). */
async function serve(start: ToServer): Promise<void> {
  const { file, developmentSecret, restarts } = start;
  const flags = { ...start.flags, ...(start.httpPort === undefined ? {} : { httpPort: String(start.httpPort) }) };
  const config = loadConfig({ flags, env: process.env, ...(file === undefined ? {} : { file }) });
  surviveBrokenOutput();
  const meter = new PromMeter();
  const logger = createLogger(config.logLevel, (lines) => meter.count('emostream_log_lines_lost_total', {}, lines));
  meter.count('emostream_worker_restarts_total', { worker: 'server' }, restarts);
  // Before anything is started: who is asked to end while starting ends, too.
  const shutdown = new Shutdown();
  // Whoever supervised is gone, in whatever way: that is a wish to end.
  process.once('disconnect', () => process.emit('SIGTERM'));
  if (!process.connected) process.emit('SIGTERM');
  let app: App | null = null;
  handleUncaught({ meter, logger }, () => {
    drain(app).catch(() => process.exit(EXIT_DOUBTFUL));
  });
  app = await Promise.race([
    startApp(config, logger, { meter, developmentSecret }),
    shutdown.requested.then(() => null),
  ]);
  if (!app) {
    // Nobody has connected yet. Threads end with the process, media workers when it is gone.
    console.log('emostream was asked to end before it was ready.');
    tell({ type: 'ending' });
    process.exit(0);
  }
  // The supervisor first: whoever reads that it is ready may count on being supervised.
  tell({ type: 'ready', httpPort: app.server.port });
  setInterval(() => tell({ type: 'alive' }), ALIVE_EVERY_MS).unref();
  announce(app);
  await shutdown.requested;
  const closed = app.close();
  tell({ type: 'ending' });
  console.log('emostream is closing: participants are told, then everything ends.');
  await closed;
  shutdown.done();
  hangUp();
}

/** Takes no newcomers, tells everybody, and ends; the supervisor starts another. */
async function drain(app: App | null): Promise<void> {
  tell({ type: 'doubtful' });
  setTimeout(() => process.exit(EXIT_DOUBTFUL), CLOSE_PATIENCE_MS).unref();
  try {
    await app?.close();
  } finally {
    process.exit(EXIT_DOUBTFUL);
  }
}

function tell(message: FromServer): void {
  // It fails only when the supervisor is gone, which `disconnect` tells.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** The channel to the supervisor would keep this process alive. */
function hangUp(): void {
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}

/** Who reads what this program prints may go, and the disk under it may fill; the calls go on. */
function surviveBrokenOutput(): void {
  // Without a listener a failed write ends the process (`stream.Writable`, event "error").
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function announce({ server, engine, speech, voiceEncoder }: App): void {
  const lines = [
    `emostream is ready: ${server.url}/`,
    `  metrics           ${server.metricsUrl ?? 'closed, for it listens beyond loopback: set metricsPort or metricsToken'}`,
    `  health            ${server.url}/healthz  ${server.url}/readyz`,
    `  media             offered on ${server.pool.offered.join(', ')}`,
    `  engine            ${engine.name}, model ${engine.model}`,
    `  voices            ${VOICES[voiceEncoder]}`,
    `  words             ${wordsLine(speech)}`,
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

const VOICES: Record<VoiceEncoderState, string> = {
  on: 'heard by pretrained encoders, too',
  off: 'judged by log-mel alone',
  unused: 'judged by log-mel alone: the model was trained without pretrained encoders',
  missing: `judged by log-mel alone: the encoders are not installed. \`${INSTALL_SPEECH}\` brings them; then start anew`,
};

function wordsLine({ state, model }: SpeechChoice): string {
  if (state === 'missing') {
    return `from captions only: there is no speech model. \`${INSTALL_SPEECH}\` tries again to bring it; then start anew`;
  }
  if (state === 'off') return 'from captions only';
  if (model === null) return 'recognised by the module that `transcriber` names, and from captions';
  const known = isEnglish(model.language) ? '' : '; in subtitles only: the network knows English';
  return `recognised by ${model.name} (${model.language}${known}), and from captions`;
}

async function main(): Promise<void> {
  if (!process.send) throw new EmostreamError('INTERNAL', 'this is a part of `emostream serve`: start that');
  const [start] = (await once(process, 'message')) as [ToServer];
  await serve(start);
}

main().catch((error: unknown) => {
  failWith(error);
  hangUp();
});
