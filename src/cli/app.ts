import type { Logger } from 'pino';
import { LiveAnalyser } from '../analysis/live-analyser.js';
import { systemClock } from '../common/clock.js';
import { collectSeldom } from '../common/heap.js';
import type { Meter } from '../common/metrics.js';
import { ThreadVitals } from '../common/thread-vitals.js';
import { packageVersion } from '../common/version.js';
import type { Config } from '../config/schema.js';
import { BatchRunner } from '../inference/batch-runner.js';
import type { EngineMemory } from '../inference/types.js';
import { createServer, type RunningServer, type ServerDeps } from '../server/index.js';
import { probeModel, type SpeechChoice, type VoiceEncoderState } from '../speech/index.js';
import { Webhooks } from '../server/webhooks/webhooks.js';
import { EventWatch } from '../telemetry/event-watch.js';
import { telemetryHandlers } from '../telemetry/health.js';
import { PromMeter } from '../telemetry/prom-meter.js';
import { TraceExport } from '../telemetry/trace-export.js';
import { WorkerUsage } from '../telemetry/worker-usage.js';
import { type AppBus, openBus, openCluster } from './app-cluster.js';
import { openEngine } from './app-engine.js';

/** The whole running product, as `serve`, the tests and the benchmarks start it. */
export interface App {
  server: RunningServer;
  analyser: LiveAnalyser;
  bus: AppBus;
  meter: PromMeter;
  engine: { name: string; model: string };
  speech: SpeechChoice;
  voiceEncoder: VoiceEncoderState;
  engineMemory(): Promise<EngineMemory>;
  close(): Promise<void>;
}

export interface StartOptions extends Pick<ServerDeps, 'front' | 'calls'> {
  meter?: PromMeter;
  /** The process is somebody else's program, too: what is set for all of it is left as it is. Default false. */
  guest?: boolean;
  /** Takes the place of a random one where no secret is configured. */
  developmentSecret?: string | undefined;
}

/** What brings the speech model that is missing. */
export const INSTALL_SPEECH = 'npx emostream speech install';
const VITALS_EVERY_MS = 1000;
/** The load step at which everything has given way that can (`emostream_load_step`). */
const MOST_LOAD = 4;
/** How long closing waits for the batch that is being computed, ms. */
const ENGINE_PATIENCE_MS = 1000;

/**
 * Wires the stages together and starts them; when one cannot start, those already started are closed again.
 * @throws EmostreamError ENGINE_UNAVAILABLE, MODEL_INVALID, CONFIG_INVALID or INTERNAL
 */
export async function startApp(
  config: Config,
  logger: Logger,
  { meter = new PromMeter(), guest = false, ...options }: StartOptions = {},
): Promise<App> {
  if (!guest) collectSeldom();
  const closers: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        // What comes after must be closed all the same.
        logger.error({ err: error }, 'something did not close as it should');
      }
    }
  };
  try {
    return await start({ config, logger, meter, ...options }, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(
  { config, logger, meter, ...options }: StartOptions & { config: Config; logger: Logger; meter: PromMeter },
  closers: (() => unknown)[],
  closeAll: () => Promise<void>,
): Promise<App> {
  const clock = systemClock;
  const watch = new EventWatch(meter, clock, config.emotionMetrics);
  const { webhookUrl, webhookSecret } = config;
  const webhooks = webhookUrl && webhookSecret ? new Webhooks(webhookUrl, webhookSecret, { meter, clock }) : undefined;
  closers.push(() => webhooks?.close());
  const cluster = await openCluster(config, { meter, logger });
  closers.push(() => cluster?.close());
  const bus = openBus(
    {
      onPublish: (event) => {
        // Nobody is analysed.
        if (event.type !== 'media' && event.source === 'replay') return;
        watch.published(event);
        webhooks?.published(event);
      },
      onForget: (person, kept) => {
        watch.forgot(person);
        // Who left had agreed to what was told of them.
        if (kept === 'state') webhooks?.forgot(person);
      },
      journalSize: config.journalSize,
      journalBytes: config.journalBytes,
      maxRooms: config.maxRooms,
      retentionMs: config.journalRetention * 1000,
      seatHoldMs: config.seatHold * 1000,
    },
    cluster,
    { meter },
  );
  closers.push(() => bus.close());

  const engine = await openEngine(config, { meter, logger, clock });
  closers.push(() => engine.dispose());
  const { name, version, hears } = engine.model;
  const model = `${name}@${version}`;
  // Another engine may be in use later on.
  const identity = {
    get name() {
      return engine.name;
    },
    model,
  };
  const runner = new BatchRunner(engine, { ...config, ...engine.pace }, { clock, meter });
  engine.onSwitch(() => runner.retune(engine.pace));
  closers.push(() => runner.close(ENGINE_PATIENCE_MS));
  if (config.speechModel !== undefined && config.speech === 'on') await probeModel(config.speechModel);
  const spans = await openTraces(config, { meter, logger });
  closers.push(() => spans?.close());
  const identified = { engine: identity, hears };
  const analyser = await LiveAnalyser.create({ config, bus, runner, ...identified, meter, clock, logger, spans });
  closers.push(() => analyser.close());

  const { state, language } = analyser.speech;
  const speech = { state, language };
  if (state === 'missing') logger.warn({ advice: INSTALL_SPEECH }, 'no speech model: words come from captions only');
  const { voiceEncoder } = analyser;
  if (voiceEncoder === 'missing') {
    logger.warn({ advice: INSTALL_SPEECH }, 'no voice encoders: voices are judged by their log-mel alone');
  }
  const vitals = new ThreadVitals('main', meter);
  const usage = new WorkerUsage(meter);
  const server: RunningServer = await createServer({
    config,
    analyser,
    bus,
    meter,
    logger,
    clock,
    ...options,
    placement: cluster?.rooms,
    saturation: () => analyser.loadStep / MOST_LOAD,
    info: () => ({
      ...{ version: packageVersion(), engine: engine.name, model, speech, voiceEncoder },
      engineDevice: { kind: engine.device.kind, name: engine.device.name },
      passedOver: engine.passedOver.map(({ engine, why }) => ({ engine, why })),
    }),
    telemetry: telemetryHandlers(
      meter,
      () => {
        const checks = {
          mediaWorkers: server.pool.alive === server.pool.size,
          analysis: analyser.healthy,
          engine: engine.healthy,
        };
        const advice = state === 'missing' ? { advice: INSTALL_SPEECH } : {};
        const encoderAdvice = voiceEncoder === 'missing' ? { advice: INSTALL_SPEECH } : {};
        return {
          ready: Object.values(checks).every(Boolean),
          ...{ engine: engine.name, engineDevice: engine.device, passedOver: engine.passedOver },
          ...{ model, speech: { ...speech, ...advice } },
          voiceEncoder: { state: voiceEncoder, ...encoderAdvice },
          ...(server.tokenKeys ? { tokenKeys: server.tokenKeys } : {}),
          ...(cluster ? { cluster: cluster.rooms.report() } : {}),
          checks,
        };
      },
      () => usage.report(server.pool.workers.map(({ worker }) => worker)),
    ),
  });
  const timer = setInterval(() => {
    vitals.report();
    watch.report();
    bus.report();
  }, VITALS_EVERY_MS);
  closers.push(async () => {
    clearInterval(timer);
    vitals.close();
    await server.close();
  });
  let closing: Promise<void> | undefined;
  return {
    server,
    analyser,
    bus,
    meter,
    engine: identity,
    speech: analyser.speech,
    voiceEncoder,
    engineMemory: () => engine.memory(),
    close: () => (closing ??= closeAll()),
  };
}

async function openTraces(
  { traceEndpoint: endpoint }: Config,
  to: { meter: Meter; logger: Logger },
): Promise<TraceExport | undefined> {
  return endpoint === undefined ? undefined : TraceExport.open({ endpoint, version: packageVersion(), ...to });
}
