import { AV_LOG_QUIET, Decoder, Demuxer, Log } from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import type { Picture } from '../../features/face-finder.js';
import { PictureScaler } from '../../media/picture-scaler.js';

// FFmpeg complains to stderr about every damaged file; they are counted instead.
Log.setLevel(AV_LOG_QUIET);

/** As the live path scales its pictures: the longer side in pixels. */
const LONGEST_SIDE = 640;
/** Larger is no face picture, and its decoding would take gigabytes. */
const MAX_PIXELS = 64e6;

/**
 * The picture of a picture file (PNG, JPEG, BMP, WebP), or some of a film's, spread evenly and none at its very ends, where actors
 * begin and end at rest. Scaled down by the code of the live path.
 * @param count pictures wanted of a film; a short one gives fewer
 * @param longest the longer side in pixels, at most
 * @throws EmostreamError MEDIA_CORRUPT when it holds no picture that can be decoded
 */
export async function decodePictures(
  file: Buffer,
  name: string,
  count: number,
  longest = LONGEST_SIDE,
): Promise<Picture[]> {
  try {
    const pictures = await convert(file, spread(await countPackets(file), count), longest);
    if (pictures.length > 0) return pictures;
  } catch (cause) {
    throw new EmostreamError('MEDIA_CORRUPT', `${name} cannot be decoded.`, { cause });
  }
  throw new EmostreamError('MEDIA_CORRUPT', `${name} holds no picture.`);
}

/** Evenly spread places among `of`. */
export function spread(of: number, count: number): number[] {
  const picked = Math.min(count, Math.max(of - 2, Math.min(of, 1)));
  return Array.from({ length: picked }, (_, i) => Math.floor(((i + 1) * of) / (picked + 1)));
}

/** A film's packets are its pictures: counted without decoding any, because not every container tells its length. */
async function countPackets(file: Buffer): Promise<number> {
  await using input = await Demuxer.open(file);
  const stream = input.video();
  if (!stream) return 0;
  let count = 0;
  for await (const packet of input.packets(stream.index)) {
    using held = packet;
    if (held) count++;
  }
  return count;
}

async function convert(file: Buffer, wanted: readonly number[], longest: number): Promise<Picture[]> {
  const pictures: Picture[] = [];
  const scaler = new PictureScaler(longest);
  try {
    await using input = await Demuxer.open(file);
    const stream = input.video();
    if (!stream) return pictures;
    using decoder = await Decoder.create(stream, { context: { threadCount: 1 } });
    let at = 0;
    for await (const frame of decoder.frames(input.packets(stream.index))) {
      if (!frame) continue;
      using decoded = frame;
      if (decoded.width * decoded.height > MAX_PIXELS) throw new RangeError('too many pixels');
      if (wanted.includes(at)) pictures.push(scaler.toRgb(decoded));
      if (++at > (wanted.at(-1) ?? 0)) break;
    }
    return pictures;
  } finally {
    scaler.close();
  }
}
