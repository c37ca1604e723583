import { AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16, Decoder, Demuxer, type Frame } from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import { floatsOf } from '../../media/floats-of.js';
import { Resampler } from '../../media/resampler.js';
import { joinFloats } from '../join-floats.js';

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
      resampler ??= new Resampler(decoded.sampleRate);
      const mono = mixDown(decoded);
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
  return joinFloats(parts);
}

/** The mean of the channels, a copy: the library uses its buffers again. */
function mixDown({ format, data, nbSamples, channels }: Frame): Float32Array {
  const planes = data ?? [];
  const mono = new Float32Array(nbSamples);
  if (format === AV_SAMPLE_FMT_FLTP) {
    for (const plane of planes) {
      const channel = floatsOf(plane, nbSamples);
      for (let i = 0; i < nbSamples; i++) mono[i]! += channel[i]! / planes.length;
    }
  } else if (format === AV_SAMPLE_FMT_S16) {
    const all = planes[0] ?? Buffer.alloc(0);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    for (let i = 0; i < nbSamples * channels; i++) {
      mono[Math.floor(i / channels)]! += view.getInt16(2 * i, true) / 32_768 / channels;
    }
  } else {
    throw new EmostreamError('MEDIA_CORRUPT', 'The sound is of samples that are neither float nor 16 bit.');
  }
  return mono;
}
