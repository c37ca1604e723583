import { AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, SWS_BILINEAR } from 'node-av';
import { PictureConverter } from '../../src/media/conversion.js';
import { FrameReader } from '../../src/media/file/frame-reader.js';
import { PictureSource } from '../../src/media/file/picture-source.js';
import { startHuman } from '../peers/human.js';
import { lendTensorflow } from '../peers/lend-tensorflow.js';

export interface PeerPace {
  name: string;
  version: string;
  pictures: number;
  found: number;
  /** Seconds of the clip done in a second, at as many pictures a second as are judged here. */
  pace: number;
}

/**
 * `@vladmandic/human` on the same pictures of the same clip, decoded and scaled by the same code: face detector and emotion net, each
 * picture searched, and nothing of sound or words.
 */
export async function peerPace(path: string, seconds: number): Promise<PeerPace> {
  await lendTensorflow('wasm');
  const human = await startHuman('wasm');
  const source = new PictureSource(FrameReader.open(path, 'clip', 'video')!, null);
  let converter: PictureConverter | null = null;
  let pictures = 0;
  let found = 0;
  const from = performance.now();
  for (let picture = source.next(); picture; picture = source.next()) {
    const { width, height, yuv } = picture;
    const shape = { width, height };
    converter ??= new PictureConverter(
      { ...shape, format: AV_PIX_FMT_YUV420P },
      { ...shape, format: AV_PIX_FMT_RGB24 },
      SWS_BILINEAR,
    );
    pictures += 1;
    if (await human.analyse({ ...shape, rgb: converter.convertPacked(yuv) })) found += 1;
  }
  const took = (performance.now() - from) / 1000;
  converter?.close();
  source.close();
  return { name: human.name, version: human.version, pictures, found, pace: seconds / took };
}
