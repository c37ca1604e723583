import { createHash } from 'node:crypto';
import { MODEL_FORMAT_VERSION, type ModelManifest } from '../model-format.js';
import { NETWORK_PARTS, partsOf, type PartName } from '../parts/network-parts.js';
import { datatypeOfInput, DATATYPES, type ModelMetadata, type TensorMetadata } from './transport.js';

/** Digits of the digest in a model's name: 48 bits, enough that two models of one operator never share it. */
const DIGITS = 12;

/** What a server is asked for the parts of a model by. */
export interface RemoteModel {
  hears: boolean;
  /** The server's model for each part. */
  names: ReadonlyMap<PartName, string>;
}

/**
 * The digest of what a part computes, in its name: a server that has another model, or another version of it, does not have this
 * one, and can never be taken for one that does; and two versions can be in one repository while servers are changed over.
 */
export function modelDigest({ name, version, weights }: Pick<ModelManifest, 'name' | 'version' | 'weights'>): string {
  const shapes = Object.entries(NETWORK_PARTS).map(([part, { inputs, output }]) => [part, inputs, output]);
  const identity = JSON.stringify([MODEL_FORMAT_VERSION, name, version, weights.sha256, shapes]);
  return createHash('sha256').update(identity).digest('hex').slice(0, DIGITS);
}

export function remoteModel(
  manifest: Pick<ModelManifest, 'name' | 'version' | 'weights'>,
  hears: boolean,
): RemoteModel {
  const digest = modelDigest(manifest);
  return { hears, names: new Map(partsOf(hears).map((part) => [part, `emostream-${part}-${digest}`])) };
}

/** What is wrong with a server's model for a part; null when nothing is. */
export function differsFrom(part: PartName, { inputs, outputs }: ModelMetadata): string | null {
  const { inputs: wanted, output } = NETWORK_PARTS[part];
  const expected = Object.entries(wanted).map(([name, { shape, type }]) => ({
    ...{ name, shape, datatype: datatypeOfInput(type) },
  }));
  const missing = expected.find((tensor) => !inputs.some((given) => fits(given, tensor)));
  if (missing) return `the input ${missing.name}`;
  if (inputs.length !== expected.length) return 'its inputs';
  return outputs.some((given) => fits(given, { ...output, datatype: DATATYPES.float32 })) ? null : 'the output';
}

function fits(
  given: TensorMetadata,
  { name, shape, datatype }: { name: string; shape: readonly (number | string)[]; datatype: string },
): boolean {
  const sides = given.shape.length === shape.length && given.shape.every((side, i) => side === -1 || side === shape[i]);
  return given.name === name && given.datatype === datatype && sides;
}
