/**
 * FFmpeg's own RTP muxer (node-av carries it): a moving test picture in real time, until its standard input ends.
 * usage: node ffmpeg-rtp.mjs URL VP9|AV1
 */
import { Decoder, Demuxer, Encoder, FF_ENCODER_LIBSVTAV1, FF_ENCODER_LIBVPX_VP9, Muxer } from 'node-av';

const [url = '', codec] = process.argv.slice(2);
const PICTURES_PER_SECOND = 15;
/** @type {[import('node-av').FFEncoderCodec, Record<string, string>]} */
const [encoder, options] =
  codec === 'VP9'
    ? [FF_ENCODER_LIBVPX_VP9, { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' }]
    : [FF_ENCODER_LIBSVTAV1, { preset: '12', 'svtav1-params': 'pred-struct=1:lp=1:rc=2' }];

const demuxer = await Demuxer.open(`testsrc=size=320x240:rate=${PICTURES_PER_SECOND},format=yuv420p,realtime`, {
  format: 'lavfi',
});
const [stream] = demuxer.streams;
if (!stream) throw new Error('there is no test picture');
const decoder = await Decoder.create(stream);
const pictures = await Encoder.create(encoder, {
  decoder,
  gopSize: PICTURES_PER_SECOND,
  maxBFrames: 0,
  bitrate: 500_000,
  options,
});
// It calls what it packs of these an experiment.
const muxer = await Muxer.open(url, {
  format: 'rtp',
  options: { strict: 'experimental', payload_type: '101', ssrc: '4711' },
});
process.stdin.resume().once('end', () => process.exit(0));
const index = muxer.addStream(pictures);
for await (const packet of pictures.packets(decoder.frames(demuxer.packets(stream.index)))) {
  await muxer.writePacket(packet, index);
}
