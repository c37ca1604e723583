import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import type { NamedWeights } from '../inference/model-format.js';
import { writeAtomic } from './data/atomic-file.js';
import { packColumns, unpackColumns, type Column, type ColumnHead } from './data/columns.js';
import type { TrainingRecord } from './weights-store.js';

type Weights = ReadonlyMap<string, NamedWeights>;

/** Where a run stood after a step: all that the rest of it depends on, besides its data and options. */
export interface Checkpoint {
  /** What must be the same for the run to go on, by the name a user knows. */
  options: Record<string, string>;
  /** Steps done. */
  step: number;
  /** Sum of the losses of the epoch begun. */
  lossSum: number;
  /** CPU time so far, all processes of the run. */
  cpuSeconds: number;
  /** Weights that gradients train, and the moving averages of batch normalisation. */
  variables: Weights;
  averages: Weights;
  optimiser: OptimiserState;
  /** Positions of a RandomRun. */
  random: Int32Array[];
  /** The best so far on validation data. */
  best: { weights: Weights; score: number; epoch: number } | null;
  /** The record of the weights that the run went on from at its start. */
  before?: TrainingRecord;
}

export interface OptimiserState {
  steps: number;
  first: Weights;
  second: Weights;
  average: Weights;
}

interface Head {
  columns: ColumnHead[];
  shapes: Record<string, number[]>;
  rest: Pick<Checkpoint, 'options' | 'step' | 'lossSum' | 'cpuSeconds' | 'before'> & {
    optimiserSteps: number;
    best: { score: number; epoch: number } | null;
  };
}

/** First bytes of the file; the number changes with the layout, so that an old file is refused and not misread. */
const MAGIC = 'EMOCKPT1';

/** A checkpoint as one file: MAGIC, length of the head (uint32), the head as JSON, columns (see columns.ts). */
export function encodeCheckpoint(checkpoint: Checkpoint): Buffer {
  const { options, step, lossSum, cpuSeconds, before, optimiser, best } = checkpoint;
  const groups: [string, Weights][] = [
    ['variable', checkpoint.variables],
    ['average', checkpoint.averages],
    ['first', optimiser.first],
    ['second', optimiser.second],
    ['mean', optimiser.average],
    ['best', best?.weights ?? new Map()],
  ];
  const named = groups.flatMap(([group, weights]) => [...weights].map(([name, w]) => [`${group}:${name}`, w] as const));
  const { heads, bytes } = packColumns([
    ...named.map(([name, { values }]): [string, Column] => [name, values]),
    ...checkpoint.random.map((position, i): [string, Column] => [`random:${i}`, position]),
  ]);
  const head: Head = {
    columns: heads,
    shapes: Object.fromEntries(named.map(([name, { shape }]) => [name, shape])),
    rest: {
      ...{ options, step, lossSum, cpuSeconds, optimiserSteps: optimiser.steps },
      best: best && { score: best.score, epoch: best.epoch },
      ...(before ? { before } : {}),
    },
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from(MAGIC), length, text, bytes]);
}

/** @throws RangeError or SyntaxError when it is not a whole checkpoint of this version */
export function decodeCheckpoint(data: Buffer): Checkpoint {
  if (data.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new RangeError('not a checkpoint of this version');
  const from = MAGIC.length + 4;
  const to = from + data.readUInt32LE(MAGIC.length);
  const { columns, shapes, rest } = JSON.parse(data.toString('utf8', from, to)) as Head;
  const all = unpackColumns(columns, data.subarray(to));
  const group = (prefix: string): [string, Column][] =>
    [...all].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : []));
  const weights = (prefix: string): Weights =>
    new Map(
      group(prefix).map(([name, values]) => [
        name,
        { shape: shapes[`${prefix}${name}`]!, values: values as Float32Array },
      ]),
    );
  const { optimiserSteps, best, ...plain } = rest;
  return {
    ...plain,
    variables: weights('variable:'),
    averages: weights('average:'),
    optimiser: {
      steps: optimiserSteps,
      first: weights('first:'),
      second: weights('second:'),
      average: weights('mean:'),
    },
    random: group('random:').map(([, position]) => position as Int32Array),
    best: best && { ...best, weights: weights('best:') },
  };
}

/** The checkpoint of one part's run, beside its weights. */
export class CheckpointStore {
  readonly path: string;

  constructor(folder: string, part: string) {
    this.path = join(folder, `${part}.checkpoint.bin`);
  }

  /** @throws EmostreamError MEDIA_CORRUPT when there is one that cannot be read */
  async load(): Promise<Checkpoint | null> {
    let data: Buffer;
    try {
      data = await readFile(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      return decodeCheckpoint(data);
    } catch (cause) {
      const message = `The checkpoint ${this.path} cannot be read: begin anew with --restart.`;
      throw new EmostreamError('MEDIA_CORRUPT', message, { cause });
    }
  }

  save(checkpoint: Checkpoint): Promise<void> {
    return writeAtomic(this.path, encodeCheckpoint(checkpoint));
  }

  remove(): Promise<void> {
    return rm(this.path, { force: true });
  }
}
