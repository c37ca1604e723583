import type { VideoCodec } from '../../src/sfu/types.js';
import { encodeOpus, OPUS_PACKET_SAMPLES, OPUS_RATE } from './encode-audio.js';
import { type EncodedPicture, encodeVideo, type VideoSource } from './encode-video.js';
import { PACKETIZE } from './packetize-any.js';

/** Media encoded and packetized once, to be sent by any number of peers, over and over. */
export interface Recording {
  video: {
    codec: VideoCodec;
    framesPerSecond: number;
    /**
     * RTP payloads of each picture, as it is in the stream and as a key frame. A picture of the stream builds on those
     * before it in the stream, so whoever sends a key frame out of turn goes on with key frames until the stream has one.
     */
    frames: { normal: Uint8Array[]; key: Uint8Array[]; isKeyFrame: boolean }[];
  } | null;
  audio: {
    /** One Opus payload per 20 ms. */
    packets: Uint8Array[];
  } | null;
}

export interface RecordingSource {
  video?: VideoSource;
  /** 48 kHz mono, any length; a rest of less than 20 ms is cut off. */
  audio?: Float32Array;
}

/** Encodes a recording; takes about a second of work for ten seconds of small pictures. */
export function makeRecording(source: RecordingSource): Recording {
  return {
    video: source.video ? recordVideo(source.video) : null,
    audio: source.audio ? { packets: encodeOpus(source.audio) } : null,
  };
}

function recordVideo(source: VideoSource): NonNullable<Recording['video']> {
  const packetize = PACKETIZE[source.codec];
  const normal = encodeVideo(source);
  const keys = source.keyFrameEvery === 1 ? normal : encodeVideo({ ...source, keyFrameEvery: 1 });
  return {
    codec: source.codec,
    framesPerSecond: source.framesPerSecond,
    frames: normal.map(({ data, keyFrame }, index) => ({
      isKeyFrame: keyFrame,
      normal: packetize(data),
      key: packetize((keys[index] as { data: Uint8Array }).data),
    })),
  };
}

/** 48 kHz mono sound, sample by sample; `at` is in seconds. */
export function synthesise(seconds: number, sample: (at: number) => number): Float32Array {
  const packets = Math.round((seconds * OPUS_RATE) / OPUS_PACKET_SAMPLES);
  return Float32Array.from({ length: packets * OPUS_PACKET_SAMPLES }, (_, index) => sample(index / OPUS_RATE));
}

/** Pictures as they were encoded, VP8: whoever asks for a key frame gets the next one of the stream. */
export function streamed(encoded: readonly EncodedPicture[]): NonNullable<Recording['video']>['frames'] {
  return encoded.map(({ data, keyFrame }) => {
    const normal = PACKETIZE.VP8(data);
    return { normal, key: keyFrame ? normal : [], isKeyFrame: keyFrame };
  });
}
