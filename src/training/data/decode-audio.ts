import { AV_SAMPLE_FMT_FLTP, Decoder, Demuxer } from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import { Resampler } from '../../media/resampler.js';

/**
 * A whole sound file (Ogg Opus, WAV, …) as 16 kHz mono, decoded by the library and resampled by the code of the live path.
 * @throws EmostreamError MEDIA_CORRUPT when it holds no sound that can be decoded
 */
export async function decodeAudio(file: Buffer, name: string): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let resampler: Resampler | null = null;
  try {
    await using input = await Demuxer.open(file);
    const stream = input.audio();
    if (!stream) throw new EmostreamError('MEDIA_CORRUPT', `${name} holds no sound.`);
    using decoder = await Decoder.create(stream);
    let position = 0;
    for await (const frame of decoder.frames(input.packets(stream.index))) {
      if (!frame) continue;
      using decoded = frame;
      if (decoded.format !== AV_SAMPLE_FMT_FLTP) throw new EmostreamError('MEDIA_CORRUPT', `${name}: unknown samples.`);
      resampler ??= new Resampler(decoded.sampleRate);
      const mono = mixDown(decoded.data ?? [], decoded.nbSamples);
      parts.push(resampler.process(mono, position).samples);
      position += mono.length;
    }
    if (resampler) parts.push(resampler.flush().samples);
  } catch (cause) {
    if (cause instanceof EmostreamError) throw cause;
    throw new EmostreamError('MEDIA_CORRUPT', `${name} cannot be decoded.`, { cause });
  } finally {
    resampler?.close();
  }
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

/** The mean of the channels, a copy: the library uses its buffers again. */
function mixDown(planes: readonly Buffer[], count: number): Float32Array {
  const mono = new Float32Array(count);
  for (const plane of planes) {
    const channel = new Float32Array(plane.buffer, plane.byteOffset, count);
    for (let i = 0; i < count; i++) mono[i]! += channel[i]! / planes.length;
  }
  return mono;
}
