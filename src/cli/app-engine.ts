import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.js';
import { ALL_ENGINES, PASSED_OVER, type EngineName } from '../common/engine-names.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { shippedModelFolder } from '../common/version.js';
import type { Config } from '../config/schema.js';
import { listEngines } from '../inference/available-engines.js';
import { EngineKeeper } from '../inference/engine-keeper.js';
import { createEngine } from '../inference/engines.js';
import { remoteOptions } from '../inference/triton-backend.js';
import type { EngineNews } from '../inference/types.js';

/**
 * The engine that the configuration asks for, warm, with its model; what becomes of it is logged and measured.
 * @throws EmostreamError ENGINE_UNAVAILABLE, MODEL_INVALID
 */
export async function openEngine(
  config: Config,
  { meter, logger, clock }: { meter: Meter; logger: Logger; clock: Clock },
): Promise<EngineKeeper> {
  const model = config.model ?? shippedModelFolder();
  if (!existsSync(model)) {
    throw new EmostreamError('MODEL_INVALID', `there is no model in ${model}: give its folder with --model`);
  }
  const keeper = await EngineKeeper.open(config.engine, {
    ...{ model, pace: config, list: listEngines, fallback: config.engineFallback, meter, clock },
    start: (name, onDeath) =>
      createEngine(name, {
        ...{ threads: config.inferenceThreads, onnxProvider: config.onnxProvider, meter, clock },
        remote: remoteOptions(config),
        onNews: serversLog(logger),
        onRestart: (reason) => {
          logger.warn({ engine: name, reason }, 'the inference thread died; another takes its place');
          onDeath(reason);
        },
      }),
  });
  const { name, device, passedOver, pace } = keeper;
  const { maxBatch, maxQueueDelay } = pace;
  logger.info({ engine: name, device, model: modelOf(keeper), maxBatch, maxQueueDelay, passedOver }, 'engine ready');
  const used = new Set([name]);
  report(keeper, used, meter);
  keeper.onSwitch(({ from, to, why, reason }) => {
    const news = { from, to, device: keeper.device, passedOver: keeper.passedOver };
    if (why === 'lost') logger.warn({ ...news, reason }, 'the engine was lost; the next best is in use');
    else logger.info(news, 'the better engine can be had again and is in use');
    report(keeper, used.add(to), meter);
  });
  return keeper;
}

/** Tells of each inference server that is down or up again. */
function serversLog(logger: Logger): (news: EngineNews) => void {
  let before = new Map<string, boolean>();
  return ({ servers }) => {
    for (const { url, up, reason } of servers) {
      if (before.get(url) === up) continue;
      if (up) logger.info({ url }, 'the inference server can be asked');
      else logger.warn({ url, reason }, 'the inference server cannot be asked; it is tried again');
    }
    before = new Map(servers.map(({ url, up }) => [url, up]));
  };
}

const modelOf = ({ model }: EngineKeeper): string => `${model.name}@${model.version}`;

/** @param used the engines that were in use at any time */
function report(keeper: EngineKeeper, used: ReadonlySet<EngineName>, meter: Meter): void {
  const model = modelOf(keeper);
  for (const engine of used) meter.set('emostream_engine_info', engine === keeper.name ? 1 : 0, { engine, model });
  for (const engine of ALL_ENGINES) {
    const over = keeper.passedOver.find((one) => one.engine === engine);
    for (const why of PASSED_OVER)
      meter.set('emostream_engine_passed_over', over?.why === why ? 1 : 0, { engine, why });
  }
}
