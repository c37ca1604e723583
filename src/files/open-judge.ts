import { existsSync } from 'node:fs';
import { EmostreamError } from '../common/errors.js';
import { silentMeter } from '../common/metrics.js';
import { shippedModelFolder } from '../common/version.js';
import type { Config } from '../config/schema.js';
import { listEngines } from '../inference/available-engines.js';
import { candidates, selectBest } from '../inference/engine-selection.js';
import { createEngine, type RunningEngine } from '../inference/engines.js';
import { remoteOptions } from '../inference/triton-backend.js';
import { chooseHearing, type Hearing, sileroFile } from '../speech/index.js';
import type { AnalyseOptions } from './analyse-file.js';
import { BATCH } from './fixed-batches.js';

/** How long a batch may take, ms. */
const PATIENT_MS = 60_000;

/** What judges recordings: the engine with its model, and what hears voices and words. */
export interface Judge {
  engine: RunningEngine;
  identity: { name: string; model: string };
  settings: AnalyseOptions['settings'];
  hearing: Hearing;
}

/**
 * As a server with this configuration would judge.
 * @param onDamage told of each model file that is not what was installed, and is not used
 * @throws EmostreamError ENGINE_UNAVAILABLE, MODEL_INVALID, CONFIG_INVALID
 */
export async function openJudge(config: Config, onDamage: (file: string) => void): Promise<Judge> {
  const model = config.model ?? shippedModelFolder();
  if (!existsSync(model)) {
    throw new EmostreamError('MODEL_INVALID', `there is no model in ${model}: give its folder with --model`);
  }
  const { inUse } = await selectBest(candidates(config.engine, config.engineFallback), {
    ...{ model, pace: { maxBatch: BATCH }, list: listEngines },
    start: (name) =>
      createEngine(name, {
        threads: config.inferenceThreads,
        onnxProvider: config.onnxProvider,
        meter: silentMeter,
        // A recording waits.
        warmTimeout: PATIENT_MS,
        remote: remoteOptions({ ...config, inferenceDeadline: PATIENT_MS }),
      }),
  });
  const { engine } = inUse;
  try {
    const hearing = await chooseHearing(config, inUse.model.hears, onDamage);
    return {
      engine,
      hearing,
      identity: { name: engine.name, model: `${inUse.model.name}@${inUse.model.version}` },
      settings: {
        faceCrops: config.faceCrops,
        maxFaces: config.maxFaces,
        voiceActivityModel: sileroFile(),
        speechModel: hearing.speech.model,
        voiceEncoder: hearing.voiceEncoder === 'on',
      },
    };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
