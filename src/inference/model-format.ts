import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { sha256Of } from '../common/install/damage.js';
import { fromFloat16, toFloat16 } from './float16.js';
import { fromInt8, toInt8 } from './int8.js';
import { uncertainBelowSchema } from './uncertain.js';

/**
 * A model is a folder: `model.json` (this schema) and one file of weights, little-endian, tensors one after another.
 * The version changes whenever the network or its features do, so that old weights are refused and not misread.
 */
export const MODEL_FORMAT_VERSION = 1;

/**
 * How a tensor is stored; it is computed with as float32 whatever it was stored as. `int8`: the scales of the output
 * channels (last axis) as float32, then the integers.
 */
export const WEIGHT_TYPES = ['float32', 'float16', 'int8'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

const tensorSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()).min(1),
  dtype: z.enum(WEIGHT_TYPES),
});

const temperature = z.number().positive();
export const calibrationSchema = z.strictObject({
  /**
   * Temperature of the fused head by which modalities are present: keys such as `face` or `face+words`; with `voiceHeard` in the
   * place of `voice` where encoders heard something of it, which falls back to that with `voice`.
   */
  fused: z.record(z.string(), temperature),
  face: temperature,
  voice: temperature,
  /** Of a voice of which encoders heard something; absent: as `voice`. */
  voiceHeard: temperature.optional(),
  words: temperature,
  uncertainBelow: uncertainBelowSchema,
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
  const refuse: Refuse = (what) => {
    throw new EmostreamError('MODEL_INVALID', `The model in ${folder} was refused: ${what}. ${AGAIN}`);
  };
  const manifest = parseManifest(await readOrRefuse(join(folder, 'model.json')), refuse);
  const { file, bytes, sha256, tensors } = manifest.weights;
  const data = await readOrRefuse(join(folder, file));
  if (data.length !== bytes) refuse(`${file} has ${data.length} bytes, model.json says ${bytes}`);
  if (sha256Of(data) !== sha256) refuse(`${file} does not match its SHA-256`);
  const weights = new Map<string, NamedWeights>();
  let offset = 0;
  for (const { name, shape, dtype } of tensors) {
    const end = offset + storedBytes(shape, dtype);
    if (end > data.length) refuse(`${file} ends inside the weight ${name}`);
    const values = restore(new Uint8Array(data.subarray(offset, end)).buffer, shape, dtype);
    if (!values.every(Number.isFinite)) refuse(`weight ${name} holds a value that is not finite`);
    if (weights.has(name)) refuse(`weight ${name} comes twice`);
    weights.set(name, { shape, values });
    offset = end;
  }
  if (offset !== data.length) refuse(`${file} is longer than its tensors`);
  return { manifest, weights };
}

const channelsOf = (shape: readonly number[]): number => shape.at(-1)!;

function storedBytes(shape: readonly number[], dtype: WeightType): number {
  const count = shape.reduce((product, side) => product * side, 1);
  if (dtype === 'int8') return 4 * channelsOf(shape) + count;
  return count * (dtype === 'float16' ? 2 : 4);
}

function store(values: Float32Array, shape: readonly number[], dtype: WeightType): Buffer {
  const bytes = (array: ArrayBufferView): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (dtype === 'float32') return bytes(values);
  if (dtype === 'float16') return bytes(toFloat16(values));
  const { scales, integers } = toInt8(values, channelsOf(shape));
  return Buffer.concat([bytes(scales), bytes(integers)]);
}

function restore(stored: ArrayBuffer, shape: readonly number[], dtype: WeightType): Float32Array {
  if (dtype === 'float32') return new Float32Array(stored);
  if (dtype === 'float16') return fromFloat16(new Uint16Array(stored));
  const channels = channelsOf(shape);
  return fromInt8({ scales: new Float32Array(stored, 0, channels), integers: new Int8Array(stored, 4 * channels) });
}

type Refuse = (what: string) => never;

const anyVersion = z.object({ formatVersion: z.number() });

function parseManifest(text: Buffer, refuse: Refuse): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch {
    return refuse('model.json is not JSON');
  }
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  // Said first: with another version, other things may well be different too.
  const version = anyVersion.safeParse(json).data?.formatVersion ?? MODEL_FORMAT_VERSION;
  if (version !== MODEL_FORMAT_VERSION) {
    return refuse(`it is of formatVersion ${version}, and this emostream reads ${MODEL_FORMAT_VERSION}`);
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`);
  return refuse(`model.json does not fit this version (${problems.join('; ')})`);
}

async function readOrRefuse(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EmostreamError('MODEL_INVALID', `Cannot read ${path}. ${AGAIN}`, { cause });
  }
}

/** The two files of a model folder, each tensor stored as `typeOf` says. */
export function encodeModel(
  head: Pick<ModelManifest, 'name' | 'version' | 'calibration'>,
  weights: ReadonlyMap<string, NamedWeights>,
  typeOf: (name: string) => WeightType,
): { manifest: ModelManifest; data: Buffer } {
  const tensors = [...weights].map(([name, { shape }]) => ({ name, shape, dtype: typeOf(name) }));
  const data = Buffer.concat([...weights].map(([name, { shape, values }]) => store(values, shape, typeOf(name))));
  const sha256 = sha256Of(data);
  const manifest = {
    format: 'emostream-fusion' as const,
    formatVersion: MODEL_FORMAT_VERSION as typeof MODEL_FORMAT_VERSION,
    ...head,
    emotions: [...EMOTIONS],
    weights: { file: 'weights.bin', bytes: data.length, sha256, tensors },
  };
  return { manifest, data };
}
