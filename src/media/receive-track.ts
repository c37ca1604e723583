import { defer, finalize, NEVER, type Observable, type OperatorFunction } from 'rxjs';
import type { Clock } from '../common/clock.js';
import { flatten } from '../common/flatten.js';
import type { Meter } from '../common/metrics.js';
import { type Tick, withTicks } from '../common/with-ticks.js';
import type { DirectMedia, SenderReport, TapPacket, TrackInfo } from '../sfu/types.js';
import { type AudioReceiverOptions, AudioTrackReceiver } from './audio-track-receiver.js';
import { PcmTrackReceiver } from './pcm-track-receiver.js';
import { type PictureReceiverOptions, PictureTrackReceiver } from './picture-track-receiver.js';
import type { AudioChunk, VideoFrame } from './types.js';
import { type VideoReceiverOptions, VideoTrackReceiver } from './video-track-receiver.js';

/** What comes in of one track. */
export type TrackInput =
  | { type: 'packet'; packet: TapPacket }
  | { type: 'report'; report: SenderReport }
  | { type: 'media'; piece: DirectMedia }
  | { type: 'paused'; paused: boolean };

/** What comes out: pictures or sound, or only that the track has come to a media time (a picture that was not needed). */
export type Received<T> = { type: 'item'; item: T } | { type: 'progress'; mediaTime: number; arrivalMs: number };

interface Receiver {
  packet?(packet: TapPacket): void;
  senderReport?(report: SenderReport): void;
  media?(piece: DirectMedia): void;
  setPaused?(paused: boolean): void;
  tick?(now: number): void;
  close(): void;
}

/**
 * RTP packets of one video track → pictures with media times. Nothing is queued but what the receiver's jitter buffer holds; ends
 * with its source, and frees the decoder then.
 * @param tick$ server wall clock, ms, several times a second: missing packets are given up by it
 */
export function receiveVideo(
  track: TrackInfo,
  tick$: Observable<number>,
  options: Omit<VideoReceiverOptions, 'onFrame' | 'onProgress'>,
): OperatorFunction<TrackInput, Received<VideoFrame>> {
  return receiveBy(
    (give) =>
      new VideoTrackReceiver(track, {
        ...options,
        onFrame: (item) => give({ type: 'item', item }),
        onProgress: (mediaTime) => give({ type: 'progress', mediaTime, arrivalMs: options.clock() }),
      }),
    tick$,
  );
}

/** Whole JPEG pictures → the same decoded; those that are not are told to `onRefused`. Frees the decoder as `receiveVideo` does. */
export function receivePictures(
  options: Omit<PictureReceiverOptions, 'onFrame'>,
): OperatorFunction<TrackInput, Received<VideoFrame>> {
  return receiveBy(
    (give) => new PictureTrackReceiver({ ...options, onFrame: (item) => give({ type: 'item', item }) }),
    NEVER,
  );
}

/** Linear sound → the same as samples. */
export function receiveSound(
  track: TrackInfo,
  options: { meter: Meter; clock: Clock },
): OperatorFunction<TrackInput, Received<AudioChunk>> {
  return receiveBy(
    (give) => new PcmTrackReceiver(track, { ...options, onChunk: (item) => give({ type: 'item', item }) }),
    NEVER,
  );
}

/** RTP packets of one Opus track → 16 kHz sound with media times; otherwise as `receiveVideo`. */
export function receiveAudio(
  track: TrackInfo,
  tick$: Observable<number>,
  options: Omit<AudioReceiverOptions, 'onChunk'>,
): OperatorFunction<TrackInput, Received<AudioChunk>> {
  return receiveBy(
    (give) => new AudioTrackReceiver(track, { ...options, onChunk: (item) => give({ type: 'item', item }) }),
    tick$,
  );
}

/** What a receiver throws ends the stream with that error: it does not reach whoever pushes the packets. */
function receiveBy<T>(
  create: (give: (received: Received<T>) => void) => Receiver,
  tick$: Observable<number>,
): OperatorFunction<TrackInput, Received<T>> {
  return (input$) =>
    defer(() => {
      const given: Received<T>[] = [];
      const receiver = create((received) => given.push(received));
      return input$.pipe(
        withTicks(tick$),
        flatten((input) => {
          feed(receiver, input);
          return given.splice(0);
        }),
        finalize(() => receiver.close()),
      );
    });
}

function feed(receiver: Receiver, input: TrackInput | Tick): void {
  switch (input.type) {
    case 'packet':
      return receiver.packet?.(input.packet);
    case 'report':
      return receiver.senderReport?.(input.report);
    case 'media':
      return receiver.media?.(input.piece);
    case 'paused':
      return receiver.setPaused?.(input.paused);
    case 'tick':
      return receiver.tick?.(input.now);
  }
}
