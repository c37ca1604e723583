import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { fromFloat16, toFloat16 } from './float16.js';

/**
 * A model is a folder: `model.json` (this schema) and one file of weights, little-endian, tensors one after another.
 * The version changes whenever the network or its features do, so that old weights are refused and not misread.
 */
export const MODEL_FORMAT_VERSION = 1;

const tensorSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()).min(1),
  dtype: z.enum(['float32', 'float16']),
});

const temperature = z.number().positive();
export const calibrationSchema = z.strictObject({
  /** Temperature of the fused head by which modalities are present: keys such as `face` or `face+words`. */
  fused: z.record(z.string(), temperature),
  face: temperature,
  voice: temperature,
  words: temperature,
  /** Below this calibrated probability of the top label an answer is `uncertain`. */
  uncertainBelow: z.number().min(0).max(1),
});
export type Calibration = z.infer<typeof calibrationSchema>;

export const modelSchema = z.strictObject({
  format: z.literal('emostream-fusion'),
  formatVersion: z.literal(MODEL_FORMAT_VERSION),
  name: z.string().min(1),
  version: z.string().min(1),
  emotions: z
    .array(z.string())
    .refine((names) => names.join() === EMOTIONS.join(), { error: `must be ${EMOTIONS.join(', ')}, in this order` }),
  calibration: calibrationSchema,
  weights: z.strictObject({
    file: z.string().regex(/^[\w.-]+$/u),
    bytes: z.int().positive(),
    sha256: z.string().length(64),
    tensors: z.array(tensorSchema).min(1),
  }),
});
export type ModelManifest = z.infer<typeof modelSchema>;

export interface NamedWeights {
  shape: number[];
  values: Float32Array;
}

export interface LoadedModel {
  manifest: ModelManifest;
  weights: Map<string, NamedWeights>;
}

const AGAIN = 'Restore the folder from its source, or make it again with `emostream model export`.';

/**
 * Reads and checks a model folder.
 * @throws EmostreamError MODEL_INVALID: missing, not JSON, of another version, truncated, altered, or with values that are
 * not finite.
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const manifest = parseManifest(await readOrRefuse(join(folder, 'model.json')));
  const { file, bytes, sha256, tensors } = manifest.weights;
  const data = await readOrRefuse(join(folder, file));
  if (data.length !== bytes) refuse(`${file} has ${data.length} bytes, model.json says ${bytes}`);
  if (createHash('sha256').update(data).digest('hex') !== sha256) refuse(`${file} does not match its SHA-256`);
  const weights = new Map<string, NamedWeights>();
  let offset = 0;
  for (const { name, shape, dtype } of tensors) {
    const count = shape.reduce((product, side) => product * side, 1);
    const end = offset + count * (dtype === 'float16' ? 2 : 4);
    if (end > data.length) refuse(`${file} ends inside the weight ${name}`);
    const slice = data.buffer.slice(data.byteOffset + offset, data.byteOffset + end);
    const values = dtype === 'float16' ? fromFloat16(new Uint16Array(slice)) : new Float32Array(slice);
    if (!values.every(Number.isFinite)) refuse(`weight ${name} holds a value that is not finite`);
    if (weights.has(name)) refuse(`weight ${name} comes twice`);
    weights.set(name, { shape, values });
    offset = end;
  }
  if (offset !== data.length) refuse(`${file} is longer than its tensors`);
  return { manifest, weights };
}

function parseManifest(text: Buffer): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new EmostreamError('MODEL_INVALID', `model.json is not JSON. ${AGAIN}`, { cause });
  }
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  refuse(`model.json does not fit this version: ${z.prettifyError(parsed.error)}`);
}

async function readOrRefuse(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EmostreamError('MODEL_INVALID', `Cannot read ${path}. ${AGAIN}`, { cause });
  }
}

function refuse(what: string): never {
  throw new EmostreamError('MODEL_INVALID', `The model was refused: ${what}. ${AGAIN}`);
}

/** The two files of a model folder. Tensors of `halfPrecision` names are stored as float16. */
export function encodeModel(
  head: Pick<ModelManifest, 'name' | 'version' | 'calibration'>,
  weights: ReadonlyMap<string, NamedWeights>,
  halfPrecision: (name: string) => boolean,
): { manifest: ModelManifest; data: Buffer } {
  const tensors = [...weights].map(([name, { shape }]) => ({
    name,
    shape,
    dtype: halfPrecision(name) ? ('float16' as const) : ('float32' as const),
  }));
  const data = Buffer.concat(
    [...weights].map(([name, { values }]) => {
      const stored = halfPrecision(name) ? toFloat16(values) : values;
      return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    }),
  );
  const sha256 = createHash('sha256').update(data).digest('hex');
  const manifest = {
    format: 'emostream-fusion' as const,
    formatVersion: MODEL_FORMAT_VERSION as typeof MODEL_FORMAT_VERSION,
    ...head,
    emotions: [...EMOTIONS],
    weights: { file: 'weights.bin', bytes: data.length, sha256, tensors },
  };
  return { manifest, data };
}
