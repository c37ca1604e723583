/**
 * FFmpeg's own WHIP muxer (node-av carries it): a moving test picture and a tone, in real time, until its standard input ends.
 * usage: node ffmpeg-sender.mjs URL TOKEN
 */
import { Decoder, Demuxer, Encoder, FF_ENCODER_LIBOPUS, FF_ENCODER_LIBX264, Muxer } from 'node-av';

const [url = '', token = ''] = process.argv.slice(2);
const PICTURES_PER_SECOND = 15;

/** @param {string} graph of lavfi */
async function source(graph) {
  const demuxer = await Demuxer.open(graph, { format: 'lavfi' });
  const [stream] = demuxer.streams;
  if (!stream) throw new Error(`nothing comes of ${graph}`);
  return { demuxer, stream, decoder: await Decoder.create(stream) };
}

const picture = await source(`testsrc=size=320x240:rate=${PICTURES_PER_SECOND},format=yuv420p,realtime`);
const sound = await source(
  'sine=frequency=220:sample_rate=48000,aformat=sample_fmts=s16:channel_layouts=stereo,arealtime',
);
const pictures = await Encoder.create(FF_ENCODER_LIBX264, {
  decoder: picture.decoder,
  gopSize: PICTURES_PER_SECOND,
  maxBFrames: 0,
  options: { profile: 'baseline', preset: 'ultrafast', tune: 'zerolatency' },
});
const sounds = await Encoder.create(FF_ENCODER_LIBOPUS, { decoder: sound.decoder });
const muxer = await Muxer.open(url, { format: 'whip', options: { authorization: token } });

/** @type {[typeof picture, typeof pictures][]} */
const ways = [
  [picture, pictures],
  [sound, sounds],
];
const running = ways.map(async ([{ demuxer, stream, decoder }, encoder]) => {
  const index = muxer.addStream(encoder);
  for await (const packet of encoder.packets(decoder.frames(demuxer.packets(stream.index)))) {
    await muxer.writePacket(packet, index);
  }
});
process.stdin.resume().once('end', () => {
  // Its last act is the DELETE of its session.
  void muxer.close().then(() => process.exit(0));
});
await Promise.all(running);
