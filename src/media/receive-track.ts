import { defer, finalize, type Observable, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import { type Tick, withTicks } from '../common/with-ticks.js';
import type { SenderReport, TapPacket, TrackInfo } from '../sfu/types.js';
import { type AudioReceiverOptions, AudioTrackReceiver } from './audio-track-receiver.js';
import type { AudioChunk, VideoFrame } from './types.js';
import { type VideoReceiverOptions, VideoTrackReceiver } from './video-track-receiver.js';

/** What comes in of one track. */
export type TrackInput =
  | { type: 'packet'; packet: TapPacket }
  | { type: 'report'; report: SenderReport }
  | { type: 'paused'; paused: boolean };

/** What comes out: pictures or sound, or only that the track has come to a media time (a picture that was not needed). */
export type Received<T> = { type: 'item'; item: T } | { type: 'progress'; mediaTime: number; arrivalMs: number };

interface Receiver {
  packet(packet: TapPacket): void;
  senderReport(report: SenderReport): void;
  setPaused(paused: boolean): void;
  tick(now: number): void;
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
      return receiver.packet(input.packet);
    case 'report':
      return receiver.senderReport(input.report);
    case 'paused':
      return receiver.setPaused(input.paused);
    case 'tick':
      return receiver.tick(input.now);
  }
}
