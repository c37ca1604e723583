/**
 * Symmetric 8-bit integers with one scale per output channel, the last axis of a kernel or table (Krishnamoorthi 2018,
 * "Quantizing deep convolutional networks for efficient inference", section 2.2): value = integer · scale[channel], with
 * integers of -127..127. The error of a weight is at most half of its channel's scale.
 */
export interface Int8Weights {
  /** One per output channel: the channel's largest magnitude over 127; 0 where all of it is 0. */
  scales: Float32Array;
  integers: Int8Array;
}

const LARGEST = 127;

/** @param channels length of the last axis; divides the number of values */
export function toInt8(values: Float32Array, channels: number): Int8Weights {
  const scales = new Float32Array(channels);
  values.forEach((value, i) => {
    // Math.max passes NaN on: what is not finite must be found when the model is loaded.
    const channel = i % channels;
    scales[channel] = Math.max(scales[channel]!, Math.abs(value));
  });
  scales.forEach((most, channel) => (scales[channel] = most / LARGEST));
  const integers = Int8Array.from(values, (value, i) => {
    const scale = scales[i % channels]!;
    if (scale === 0) return 0;
    return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / scale)));
  });
  return { scales, integers };
}

export function fromInt8({ scales, integers }: Int8Weights): Float32Array {
  // A plain loop: `Float32Array.from` took a second for a model.
  const values = new Float32Array(integers.length);
  const channels = scales.length;
  for (let i = 0; i < values.length; i++) values[i] = integers[i]! * scales[i % channels]!;
  return values;
}
