/** Samples of a tone with silence at either end, within the seconds. */
export function tone(hz: number, rate = 16_000, seconds = 1, silence = 0.25): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, n) => {
    const inside = n >= rate * silence && n < rate * (seconds - silence);
    return inside ? 0.4 * Math.sin((2 * Math.PI * hz * n) / rate) : 0;
  });
}

/** A WAV file: RIFF, 16 bit PCM, mono. */
export function wavFile(values: Float32Array, rate = 16_000): Buffer {
  const samples = Int16Array.from(values, (value) => Math.round(value * 32_767));
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}
