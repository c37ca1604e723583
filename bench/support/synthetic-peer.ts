import { createSocket, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import { type Impairment, ImpairedLink } from './impaired-link.js';
import { seeded } from './random.js';
import type { Recording } from './recording.js';
import { readFeedback } from './rtp-writer.js';
import { everyFewMilliseconds, wallClock } from './shared-timer.js';
import { type LiveVideo, SyntheticTrack, type TrackOptions } from './synthetic-track.js';

export interface SyntheticPeerOptions {
  router: types.Router;
  recording: Recording;
  /** Makes SSRCs, clock offsets, loss and jitter; the same seed, the same peer. Default 1. */
  seed?: number;
  impairment?: Impairment;
  /** What the server asks (packets again, key frames) goes through this. */
  feedbackImpairment?: Impairment;
  /** A camera in place of the recording's pictures. */
  camera?: LiveVideo;
  /** RTP timestamps at the start; random by the seed if not given. */
  videoTimestampOffset?: number;
  audioTimestampOffset?: number;
  /** How long a track's capture stood still up to a time since the start, ms: its RTP clock did too. Default 0. */
  pausedMs?: (kind: 'video' | 'audio', elapsedMs: number) => number;
  /** By how much the peer's NTP clock is ahead of the server's, ms. Default 0. */
  ntpOffsetMs?: number;
}

/**
 * A participant made of recorded packets: real RTP and RTCP over UDP loopback into real mediasoup producers. It answers
 * requests for lost packets and for key frames like a browser, and encodes nothing while it runs.
 */
export class SyntheticPeer {
  readonly videoProducer: types.Producer | null;
  readonly audioProducer: types.Producer | null;
  readonly #transport: types.PlainTransport;
  readonly #socket: Socket;
  readonly #tracks: { video: SyntheticTrack | null; audio: SyntheticTrack | null };
  readonly #link: ImpairedLink;
  readonly #feedback: ImpairedLink;
  readonly #cname: string;
  readonly #ntpOffsetMs: number;
  readonly #pausedMs: NonNullable<SyntheticPeerOptions['pausedMs']>;
  #startedAt: number | null = null;
  #stopPump: (() => void) | null = null;

  private constructor(parts: {
    transport: types.PlainTransport;
    producers: { video: types.Producer | null; audio: types.Producer | null };
    tracks: { video: SyntheticTrack | null; audio: SyntheticTrack | null };
    socket: Socket;
    options: SyntheticPeerOptions;
    random: () => number;
  }) {
    const { transport, socket, options } = parts;
    this.#transport = transport;
    this.#socket = socket;
    this.#tracks = parts.tracks;
    this.videoProducer = parts.producers.video;
    this.audioProducer = parts.producers.audio;
    this.#cname = `peer-${String(options.seed ?? 1)}`;
    this.#ntpOffsetMs = options.ntpOffsetMs ?? 0;
    this.#pausedMs = options.pausedMs ?? (() => 0);
    this.#link = new ImpairedLink(options.impairment ?? {}, parts.random, (packet) => {
      this.#transmit(packet);
    });
    this.#feedback = new ImpairedLink(options.feedbackImpairment ?? {}, seeded(1000 + (options.seed ?? 1)), (data) => {
      this.#answer(data);
    });
    socket.on('message', (data) => {
      this.#feedback.send(data, wallClock());
    });
  }

  /** Makes the transport and its producers; nothing is sent before `start`. The router must know the codecs. */
  static async create(options: SyntheticPeerOptions): Promise<SyntheticPeer> {
    const { router, recording } = options;
    const random = seeded(options.seed ?? 1);
    const u32 = () => Math.floor(random() * 2 ** 32);
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      comedia: true,
    });
    const { video, audio } = recording;
    const tracks = {
      video: videoTrack(trackOptions(101, 90_000, u32, options.videoTimestampOffset), options.camera, video),
      audio: audio && SyntheticTrack.audio(trackOptions(111, 48_000, u32, options.audioTimestampOffset), audio),
    };
    const producers = {
      video: tracks.video && (await transport.produce(videoProducer(tracks.video, options.camera ?? video))),
      audio: tracks.audio && (await transport.produce(audioProducer(tracks.audio))),
    };
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(transport.tuple.localPort, '127.0.0.1', resolve);
    });
    // A packet to a transport that was closed comes back as an error; the peer is then about to be closed itself.
    socket.on('error', () => undefined);
    return new SyntheticPeer({ transport, producers, tracks, socket, options, random });
  }

  /** Server wall clock at which the recording began, ms; null before `start`. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** Packets given to the link and lost on it. */
  get link(): { sent: number; lost: number } {
    return { sent: this.#link.sent, lost: this.#link.lost };
  }

  /**
   * Begins to send, or goes on after `stop` where the recording would be by now.
   * @param atMs wall clock of the recording's beginning, ms, not in the past; default now
   */
  start(atMs = wallClock()): void {
    if (this.#stopPump) return;
    this.#startedAt ??= atMs;
    const elapsed = wallClock() - this.#startedAt;
    this.#tracks.video?.skipTo(elapsed);
    this.#tracks.audio?.skipTo(elapsed);
    this.#stopPump = everyFewMilliseconds((tick) => {
      this.#pump(tick);
    });
  }

  /** Falls silent at once, without a goodbye. */
  stop(): void {
    this.#stopPump?.();
    this.#stopPump = null;
    this.#link.clear();
    this.#feedback.clear();
  }

  /** One track goes on or stops without a word (a frozen camera, a dead microphone); its reports go on. */
  setSending(kind: 'video' | 'audio', sending: boolean): void {
    const track = this.#tracks[kind];
    if (!track) return;
    track.sending = sending;
    if (sending) track.requestKeyFrame();
  }

  close(): void {
    this.stop();
    this.#socket.close();
    this.#transport.close();
  }

  #pump(now: number): void {
    const elapsed = now - (this.#startedAt as number);
    if (elapsed < 0) return;
    for (const kind of ['video', 'audio'] as const) {
      const track = this.#tracks[kind];
      if (!track) continue;
      const media = elapsed - this.#pausedMs(kind, elapsed);
      for (const packet of track.due(media)) this.#link.send(packet, now);
      const report = track.report(media, now + this.#ntpOffsetMs, this.#cname);
      if (report) this.#link.send(report, now);
    }
    this.#feedback.flush(now);
    this.#link.flush(now);
  }

  #answer(data: Buffer): void {
    const now = wallClock();
    for (const feedback of readFeedback(data)) {
      const tracks = [this.#tracks.video, this.#tracks.audio];
      const track = tracks.find((candidate) => candidate?.options.ssrc === feedback.ssrc);
      if (feedback.type === 'key-frame') {
        track?.requestKeyFrame();
      } else {
        for (const sequenceNumber of feedback.sequenceNumbers) {
          const packet = track?.again(sequenceNumber);
          if (packet) this.#link.send(packet, now);
        }
      }
    }
  }

  #transmit(packet: Buffer): void {
    this.#socket.send(packet);
  }
}

function trackOptions(payloadType: number, clockRate: number, u32: () => number, timestampOffset?: number) {
  const ssrc = u32();
  const randomOffset = u32();
  const firstSequenceNumber = u32() & 0xffff;
  return { ssrc, payloadType, clockRate, timestampOffset: timestampOffset ?? randomOffset, firstSequenceNumber };
}

function videoTrack(options: TrackOptions, camera: LiveVideo | undefined, video: Recording['video']) {
  if (camera) return SyntheticTrack.live(options, camera);
  return video && SyntheticTrack.video(options, video);
}

function videoProducer(
  track: SyntheticTrack,
  video: Pick<LiveVideo, 'codec' | 'temporalLayers'> | null,
): types.ProducerOptions {
  const { payloadType, clockRate, ssrc } = track.options;
  const { codec = 'VP8', temporalLayers = 1 } = video ?? {};
  // mediasoup knows layers of VP8 only where there is more than one encoding: the second is never sent.
  const layered = { ssrc, scalabilityMode: `L1T${String(temporalLayers)}` };
  return {
    kind: 'video',
    rtpParameters: {
      codecs: [
        {
          mimeType: `video/${codec}`,
          payloadType,
          clockRate,
          parameters:
            codec === 'H264'
              ? { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 }
              : {},
          rtcpFeedback: [
            { type: 'nack', parameter: '' },
            { type: 'nack', parameter: 'pli' },
            { type: 'ccm', parameter: 'fir' },
          ],
        },
      ],
      encodings: temporalLayers > 1 ? [layered, { ...layered, ssrc: (ssrc + 1) % 2 ** 32 }] : [{ ssrc }],
    },
  };
}

function audioProducer(track: SyntheticTrack): types.ProducerOptions {
  const { payloadType, clockRate, ssrc } = track.options;
  return {
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType, clockRate, channels: 2, parameters: {} }],
      encodings: [{ ssrc }],
    },
  };
}
