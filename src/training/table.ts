import { known } from '../inference/network/row-means.js';
import type { NamedWeights } from '../inference/model-format.js';

/** What a batch asks of a table: the gradient of the mean of some of its rows. */
interface Ask {
  /** m × perMean: rows; 0 is none. */
  ids: Int32Array;
  perMean: number;
  /** m × width */
  gradient: Float32Array;
}

/** The rows that a step looked up, each once, and their gradients. */
export interface RowGradients {
  rows: Int32Array;
  /** rows.length × width */
  gradients: Float32Array;
}

/**
 * A table of embeddings while it is trained, outside of tensors: a batch looks up a few thousand of tens of thousands of rows, and
 * in dense operations nine tenths of a step went into those that it does not.
 */
export class Table {
  readonly shape: [number, number];
  values: Float32Array;
  #asked: Ask[] = [];

  constructor(shape: [number, number], values: Float32Array) {
    this.shape = shape;
    this.values = values;
  }

  /** Keeps the gradient of a `rowMeans` of its rows for the step. */
  ask(ask: Ask): void {
    this.#asked.push(ask);
  }

  /** The gradients since the last time. */
  take(): RowGradients {
    const [count, width] = this.shape;
    const place = new Int32Array(count).fill(-1);
    const rows: number[] = [];
    for (const { ids } of this.#asked) {
      for (const id of ids) if (id > 0 && place[id] === -1) place[id] = rows.push(id) - 1;
    }
    const gradients = new Float32Array(rows.length * width);
    for (const { ids, perMean, gradient } of this.#asked) {
      for (let from = 0, g = 0; from < ids.length; from += perMean, g += width) {
        const share = 1 / Math.max(known(ids, from, perMean), 1);
        for (let k = from; k < from + perMean; k++) {
          if (ids[k] === 0) continue;
          const to = place[ids[k]!]! * width;
          for (let i = 0; i < width; i++) gradients[to + i]! += share * gradient[g + i]!;
        }
      }
    }
    this.#asked = [];
    return { rows: Int32Array.from(rows), gradients };
  }

  weights(): NamedWeights {
    return { shape: [...this.shape], values: this.values.slice() };
  }
}
