import { createSocket, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';
import { type Impairment, ImpairedLink } from './impaired-link.js';
import { type Ingress, openIngress, type WantedTracks } from './ingress.js';
import { seeded } from './random.js';
import type { Recording } from './recording.js';
import { readFeedback } from './rtp-writer.js';
import { everyFewMilliseconds, wallClock } from './shared-timer.js';
import { type LiveVideo, SyntheticTrack, type TrackOptions } from './synthetic-track.js';

export interface SyntheticPeerOptions extends SendingOptions {
  router: types.Router;
}

export interface SendingOptions {
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
  /** By how much the peer's clocks (of capture and of NTP) are fast, parts of a million. Default 0. */
  driftPpm?: number;
  /** Told of each packet that is sent for the first time, and of each that comes out of the link. */
  onSent?: (packet: Buffer) => void;
  onDelivered?: (packet: Buffer) => void;
}

/**
 * A participant made of recorded packets: real RTP and RTCP over UDP loopback into real mediasoup producers. It answers
 * requests for lost packets and for key frames like a browser, and encodes nothing while it runs.
 */
export class SyntheticPeer {
  readonly videoProducer: types.Producer | null;
  readonly audioProducer: types.Producer | null;
  readonly #ingress: Pick<Ingress, 'close'>;
  readonly #socket: Socket;
  readonly #tracks: Tracks;
  readonly #link: ImpairedLink;
  readonly #feedback: ImpairedLink;
  readonly #cname: string;
  readonly #options: SendingOptions;
  #startedAt: number | null = null;
  #stopPump: (() => void) | null = null;

  private constructor(parts: {
    ingress: Pick<Ingress, 'close'> & { producers?: Ingress['producers'] };
    tracks: Tracks;
    socket: Socket;
    options: SendingOptions;
    random: () => number;
  }) {
    const { ingress, socket, options } = parts;
    this.#ingress = ingress;
    this.#socket = socket;
    this.#tracks = parts.tracks;
    this.#options = options;
    this.videoProducer = ingress.producers?.video ?? null;
    this.audioProducer = ingress.producers?.audio ?? null;
    this.#cname = `peer-${String(options.seed ?? 1)}`;
    this.#link = new ImpairedLink(options.impairment ?? {}, parts.random, (packet) => {
      options.onDelivered?.(packet);
      this.#socket.send(packet);
    });
    this.#feedback = new ImpairedLink(options.feedbackImpairment ?? {}, seeded(1000 + (options.seed ?? 1)), (data) => {
      this.#answer(data);
    });
    socket.on('message', (data) => {
      this.#feedback.send(data, wallClock());
    });
  }

  /** Makes the transport and its producers; nothing is sent before `start`. The router must know the codecs. */
  static async create({ router, ...options }: SyntheticPeerOptions): Promise<SyntheticPeer> {
    const made = makeTracks(options);
    const ingress = await openIngress(router, made.wanted);
    return new SyntheticPeer({ ...made, options, ingress, socket: await connect(ingress.port) });
  }

  /** The same where the media server is in another process. @param open tells it of the tracks, and where packets are taken */
  static async sendTo(
    open: (wanted: WantedTracks) => Promise<Pick<Ingress, 'port' | 'close'>>,
    options: SendingOptions,
  ): Promise<SyntheticPeer> {
    const made = makeTracks(options);
    const { port, close } = await open(made.wanted);
    return new SyntheticPeer({ ...made, options, ingress: { close }, socket: await connect(port) });
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

  /** The link is another from now on, for what is sent and for what the server asks. */
  impair(impairment: Impairment, feedback: Impairment = {}): void {
    this.#link.impairment = impairment;
    this.#feedback.impairment = feedback;
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
    this.#ingress.close();
  }

  #pump(now: number): void {
    const { pausedMs, ntpOffsetMs = 0, driftPpm = 0, onSent } = this.#options;
    const past = now - (this.#startedAt as number);
    if (past < 0) return;
    const fast = (past * driftPpm) / 1e6;
    const elapsed = past + fast;
    for (const kind of ['video', 'audio'] as const) {
      const track = this.#tracks[kind];
      if (!track) continue;
      const media = elapsed - (pausedMs?.(kind, elapsed) ?? 0);
      for (const packet of track.due(media)) {
        onSent?.(packet);
        this.#link.send(packet, now);
      }
      const report = track.report(media, now + fast + ntpOffsetMs, this.#cname);
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
}

type Tracks = Record<'video' | 'audio', SyntheticTrack | null>;

function makeTracks(options: SendingOptions) {
  const { video, audio } = options.recording;
  const random = seeded(options.seed ?? 1);
  const u32 = () => Math.floor(random() * 2 ** 32);
  const tracks: Tracks = {
    video: videoTrack(trackOptions(101, 90_000, u32, options.videoTimestampOffset), options.camera, video),
    audio: audio && SyntheticTrack.audio(trackOptions(111, 48_000, u32, options.audioTimestampOffset), audio),
  };
  const wanted: WantedTracks = {
    video: tracks.video && videoProducer(tracks.video, options.camera ?? video),
    audio: tracks.audio && audioProducer(tracks.audio),
  };
  return { tracks, wanted, random };
}

async function connect(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, '127.0.0.1', resolve);
  });
  // A packet to a transport that was closed comes back as an error; the peer is then about to be closed itself.
  socket.on('error', () => undefined);
  return socket;
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
  video: Pick<LiveVideo, 'codec' | 'temporalLayers' | 'scalabilityMode'> | null,
): types.ProducerOptions {
  const { payloadType, clockRate, ssrc } = track.options;
  const { codec = 'VP8', temporalLayers = 1, scalabilityMode } = video ?? {};
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
      encodings:
        temporalLayers > 1
          ? [layered, { ...layered, ssrc: (ssrc + 1) % 2 ** 32 }]
          : [{ ssrc, ...(scalabilityMode === undefined ? {} : { scalabilityMode }) }],
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
