import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';

interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: { shape?: { shape?: { dim: { size: string }[] } } };
}
interface TensorInfo {
  tensorShape: { dim: { size: string }[] };
}
interface Signature {
  inputs: Record<string, TensorInfo>;
  outputs: Record<string, TensorInfo>;
}
/** A graph model of TensorFlow.js, as its file says it. */
interface GraphFile {
  format: string;
  signature?: Signature;
  modelTopology: { node: GraphNode[] };
  userDefinedMetadata?: { signature: Signature };
  weightsManifest: { weights: io.WeightsManifestEntry[] }[];
}

/** The package exports its code only; its entry lies in dist/, beside models/. */
function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));
}

/** Lets the network take pictures of any height and width. */
export function openInputSize({ modelTopology, userDefinedMetadata, signature }: GraphFile): void {
  const open = (dim: { size: string }[]): void => {
    dim[1]!.size = dim[2]!.size = '-1';
  };
  for (const node of modelTopology.node) if (node.op === 'Placeholder') open(node.attr!.shape!.shape!.dim);
  const { inputs } = (userDefinedMetadata?.signature ?? signature)!;
  for (const input of Object.values(inputs)) open(input.tensorShape.dim);
}

/**
 * A network that the npm package @vladmandic/human carries.
 * @returns its file, which may be changed before it is loaded, and what loads it
 */
export async function readHumanModel(name: string): Promise<{ file: GraphFile; artifacts: io.ModelArtifacts }> {
  const path = join(packageFolder(), 'models', `${name}.json`);
  const file = JSON.parse(await readFile(path, 'utf8')) as GraphFile;
  const weights = await readFile(path.replace(/\.json$/, '.bin'));
  const artifacts: io.ModelArtifacts = {
    format: file.format,
    modelTopology: file.modelTopology,
    weightSpecs: file.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer,
  };
  const signature = file.userDefinedMetadata?.signature ?? file.signature;
  if (signature) artifacts.signature = signature;
  if (file.userDefinedMetadata) artifacts.userDefinedMetadata = file.userDefinedMetadata;
  return { file, artifacts };
}
