import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { MEL_BANDS, MEL_FRAMES } from '../../features/types.js';
import type { NamedWeights } from '../../inference/model-format.js';
import { EMBEDDING } from '../../inference/network/sizes.js';
import { MEL_NETWORKS, melParts, VOICE_PARTS } from '../../inference/network/voice-encoder.js';
import { Rng } from '../rng.js';
import { TrainingLayers } from '../training-layers.js';
import { logMelRecordSchema, readWeights, type LogMelRecord } from '../weights-store.js';

const WIDTH = EMBEDDING / VOICE_PARTS;
/** The heads, and how many numbers each gives. */
const HEADS = { logits: EMOTIONS.length, affect: 2 } as const;

export interface LogMelParts {
  weights: ReadonlyMap<string, NamedWeights>;
  record: LogMelRecord;
}

/**
 * One run of scripts/log-mel/train.py.
 * @param speakers whom it may have heard
 * @throws EmostreamError NOT_FOUND, or CONFIG_INVALID when it is no such network or heard somebody else
 */
export async function readLogMel(folder: string, run: string, speakers: ReadonlySet<number>): Promise<LogMelParts> {
  const part = `log-mel-${run}`;
  const refuse = (message: string): never => {
    throw new EmostreamError('CONFIG_INVALID', `${part} in ${folder} ${message}`);
  };
  const { weights } = await readWeights(folder, part).catch((cause: unknown) => {
    const message = `There is no ${part} in ${folder}: pack with \`emostream train voice --pack-log-mel\` and run scripts/log-mel/train.py.`;
    throw new EmostreamError('NOT_FOUND', message, { cause });
  });
  const record = recordOf(await readFile(join(folder, `${part}.record.json`), 'utf8'));
  if (!record) return refuse('says not how it was trained.');
  const expected = shapes();
  const wrong = [...new Set([...expected.keys(), ...weights.keys()])].find(
    (name) => weights.get(name)?.shape.join() !== expected.get(name)?.join(),
  );
  if (wrong !== undefined) refuse(`is of another network: ${wrong} is missing, too much, or of another shape.`);
  const broken = [...weights].find(([, { values }]) => !values.every(Number.isFinite));
  if (broken) refuse(`did not train well: ${broken[0]} has numbers that are none.`);
  const others = record.speakers.filter((speaker) => !speakers.has(speaker));
  if (others.length > 0) refuse(`heard speakers that are not to be heard: ${others.join(', ')}.`);
  return { weights, record };
}

function recordOf(text: string): LogMelRecord | null {
  const parsed = z.object({ record: logMelRecordSchema }).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.record : null;
}

/** Of every weight that such a run has, by name. */
function shapes(): Map<string, number[]> {
  const layers = new TrainingLayers(new Rng(1));
  tf.tidy(() => void melParts(layers, tf.zeros([1, MEL_FRAMES, MEL_BANDS, 1]), WIDTH));
  const all = [...layers.variables, ...layers.averages].map(([name, { shape }]): [string, number[]] => [name, shape]);
  layers.dispose();
  const heads = MEL_NETWORKS.flatMap((network) =>
    Object.entries(HEADS).map(([head, size]): [string, number[]] => [`${network}/${head}/kernel`, [WIDTH, size]]),
  );
  return new Map([...all, ...heads]);
}

/** Biases of the heads, which are one for all parts: those on log-mel were trained with none. */
export const isHeadBias = (name: string): boolean => Object.keys(HEADS).some((head) => name === `voice/${head}/bias`);

/** A voice whose networks on log-mel are these: its heads get their rows for them. */
export function withLogMel(
  voice: ReadonlyMap<string, NamedWeights>,
  logMel: ReadonlyMap<string, NamedWeights>,
): Map<string, NamedWeights> {
  const joined = new Map(voice);
  for (const [name, weight] of logMel) if (!isHead(name)) joined.set(name, weight);
  for (const head of Object.keys(HEADS)) {
    const name = `voice/${head}/kernel`;
    const { shape, values } = voice.get(name)!;
    const rows = Float32Array.from(values);
    MEL_NETWORKS.forEach((network, k) => {
      const own = logMel.get(`${network}/${head}/kernel`)!.values;
      rows.set(own, k * own.length);
    });
    joined.set(name, { shape, values: rows });
  }
  return joined;
}

const isHead = (name: string): boolean => Object.keys(HEADS).some((head) => name.endsWith(`/${head}/kernel`));
