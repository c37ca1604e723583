import { type Recording, SyntheticTrack } from '../../../bench/support/index.js';
import {
  AudioTrackReceiver,
  type AudioChunk,
  MediaClock,
  type PixelProblem,
  type VideoFrame,
  VideoTrackReceiver,
} from '../../../src/media/index.js';
import type { TrackInfo, VideoCodec } from '../../../src/sfu/types.js';
import { CountingMeter } from './counting-meter.js';

export const EPOCH = Date.UTC(2026, 0, 1);
const VIDEO = {
  ssrc: 1,
  payloadType: 101,
  clockRate: 90_000,
  timestampOffset: 2 ** 32 - 4500,
  firstSequenceNumber: 65_530,
};
const AUDIO = {
  ssrc: 2,
  payloadType: 111,
  clockRate: 48_000,
  timestampOffset: 2 ** 32 - 9600,
  firstSequenceNumber: 65_530,
};

/** A video receiver on a made-up clock. Packets are put in by `packet`, or a whole recording by `play`. */
export function videoReceiver(codec: VideoCodec = 'VP8', maxFramesPerSecond = 1000) {
  const meter = new CountingMeter();
  const frames: VideoFrame[] = [];
  const progress: number[] = [];
  const problems: PixelProblem[] = [];
  const state = { now: EPOCH, keyFrameRequests: 0 };
  const info: TrackInfo = { trackId: 'v', source: 'camera', kind: 'video', codec, payloadType: 101, clockRate: 90_000 };
  const receiver = new VideoTrackReceiver(info, {
    meter,
    clock: () => state.now,
    mediaClock: new MediaClock(meter),
    requestKeyFrame: () => state.keyFrameRequests++,
    onFrame: (frame) => frames.push(frame),
    onProgress: (mediaTime) => progress.push(mediaTime),
    onProblem: (problem) => problems.push(problem),
    maxFramesPerSecond,
  });
  return { receiver, meter, frames, progress, problems, state, ...player(receiver, state) };
}

export function audioReceiver() {
  const meter = new CountingMeter();
  const chunks: AudioChunk[] = [];
  const state = { now: EPOCH };
  const info: TrackInfo = {
    trackId: 'a',
    source: 'microphone',
    kind: 'audio',
    codec: 'opus',
    payloadType: 111,
    clockRate: 48_000,
  };
  const receiver = new AudioTrackReceiver(info, {
    meter,
    clock: () => state.now,
    mediaClock: new MediaClock(meter),
    onChunk: (chunk) => chunks.push(chunk),
  });
  return { receiver, meter, chunks, state, ...player(receiver, state) };
}

export function videoTrack(recording: Recording, overrides: Partial<typeof VIDEO> = {}): SyntheticTrack {
  return SyntheticTrack.video({ ...VIDEO, ...overrides }, recording.video!);
}

export function audioTrack(recording: Recording, overrides: Partial<typeof AUDIO> = {}): SyntheticTrack {
  return SyntheticTrack.audio({ ...AUDIO, ...overrides }, recording.audio!);
}

function player(receiver: VideoTrackReceiver | AudioTrackReceiver, state: { now: number }) {
  const packet = (data: Uint8Array) => {
    receiver.packet({ data, arrivalMs: state.now });
  };
  /** Plays [from, to) ms of a track; `change` may alter a packet or lose it. */
  const play = (
    track: SyntheticTrack,
    span: { from: number; to: number },
    change: (data: Buffer, index: number) => Buffer | null = (data) => data,
  ) => {
    let index = 0;
    track.skipTo(span.from);
    for (let at = span.from; at < span.to; at += 5) {
      state.now = EPOCH + at;
      for (const data of track.due(at)) {
        const changed = change(data, index++);
        if (changed) packet(changed);
      }
      receiver.tick(state.now);
    }
  };
  return { packet, play };
}
