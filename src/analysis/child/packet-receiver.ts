import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock } from '../../common/clock.js';
import type { DropReason } from '../../common/drops.js';
import type { Meter } from '../../common/metrics.js';
import { TokenBucket } from '../../common/token-bucket.js';
import { WorkSlice } from '../../common/work-slice.js';
import type { TapPacket, TappedTrack } from '../../sfu/types.js';
import { FairShare } from './fair-share.js';

/** Packets that wait to be handled, at most; those without a place are dropped and counted. */
const MAX_WAITING = 4000;
/** Packets are handled together, so often, ms: what a stage needs in the processor's caches serves all of them. */
const GATHER_MS = 10;
/**
 * So long packets are handled before the sockets are looked at again, ms of the processor, and of time at most: what waits in them must
 * be stamped, and may be lost.
 */
const SLICE_MS = 4;
const MOST_SLICE_MS = 100;
/** Asked of the kernel for each socket, which grants what it may (net.core.rmem_max). */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;
/** Mediasoup's transports are bound to this address; another of 127.0.0.0/8 may be anybody's with the same port. */
const LOOPBACK = '127.0.0.1';
/** Smallest RTP packet: the fixed header (RFC 3550 §5.1). */
const RTP_HEADER_BYTES = 12;
/** Opus packets of 5 ms, a quarter of what browsers use: each is decoded by itself. */
const MAX_AUDIO_PACKETS = 200;
/** RTCP multiplexed with RTP has these in the place of the payload type (RFC 5761 §4). */
const RTCP_TYPES = { from: 192, to: 223 };

export interface PacketReceiverDeps {
  clock: Clock;
  meter: Meter;
  /** Most packets of a track per second. */
  maxPacketRate: number;
  /** A track brings far more packets than that. */
  onFlood: (handle: number) => void;
  /** What waited was handled, or its time is up for now. */
  onIdle: () => void;
}

interface Track {
  handle: number;
  key: number;
  kind: 'audio' | 'video';
  /** Whose packets are handled first of those that waited together. */
  rank: number;
  packets: TokenBucket;
  /** Packets above the rate that are only dropped: a second's worth, forgiven in ten. */
  excess: TokenBucket;
  handlePacket: (packet: TapPacket) => void;
}

/**
 * The UDP end of the taps: stamps packets as they come, finds whose they are by where they come from and their SSRC, and hands
 * them on in slices. Only what comes from a mediasoup transport that was told beforehand is taken.
 */
export class PacketReceiver {
  readonly #deps: PacketReceiverDeps;
  readonly #sockets: Socket[] = [];
  readonly #tracks = new Map<number, Track>();
  /** By sender's port and SSRC. */
  readonly #routes = new Map<number, Track>();
  readonly #share = new FairShare(MAX_WAITING);
  #waiting: { track: Track; packet: TapPacket }[] = [];
  #next = 0;
  #planned = false;
  #gathering: NodeJS.Timeout | undefined;
  #longestWaitMs = 0;

  private constructor(deps: PacketReceiverDeps) {
    this.#deps = deps;
  }

  /** @param sockets so many ports are opened on 127.0.0.1: each has a buffer of its own in the kernel */
  static async create(sockets: number, deps: PacketReceiverDeps): Promise<PacketReceiver> {
    const receiver = new PacketReceiver(deps);
    for (let i = 0; i < sockets; i++) await receiver.#listen();
    return receiver;
  }

  get ports(): number[] {
    return this.#sockets.map((socket) => socket.address().port);
  }

  get waiting(): number {
    return this.#share.total;
  }

  /** The longest that a packet waited to be handled since this was asked, ms. */
  takeLongestWait(): number {
    const longest = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    return longest;
  }

  open(handle: number, key: number, info: TappedTrack, handlePacket: (packet: TapPacket) => void): void {
    const { clock, maxPacketRate } = this.#deps;
    const perSecond = Math.min(maxPacketRate, info.kind === 'audio' ? MAX_AUDIO_PACKETS : Infinity);
    const packets = new TokenBucket(perSecond, perSecond, clock);
    const excess = new TokenBucket(perSecond, perSecond / 10, clock);
    const rank = info.kind === 'audio' ? handle : handle + Number.MAX_SAFE_INTEGER / 2;
    const track: Track = { handle, key, kind: info.kind, rank, packets, excess, handlePacket };
    this.#tracks.set(handle, track);
    this.#routes.set(route(info.fromPort, info.ssrc), track);
  }

  /** What waits of it is not handled any more. */
  close(handle: number): void {
    const track = this.#tracks.get(handle);
    if (!track) return;
    this.#tracks.delete(handle);
    for (const [key, other] of this.#routes) if (other === track) this.#routes.delete(key);
  }

  stop(): void {
    clearTimeout(this.#gathering);
    for (const socket of this.#sockets) socket.close();
    this.#tracks.clear();
    this.#routes.clear();
    this.#waiting = [];
  }

  async #listen(): Promise<void> {
    const socket = createSocket('udp4');
    socket.on('message', (data, from) => this.#receive(data, from));
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    this.#sockets.push(socket);
  }

  #receive(data: Buffer, from: RemoteInfo): void {
    const arrivalMs = this.#deps.clock();
    if (data.length < RTP_HEADER_BYTES) return this.#drop('short-packet');
    const type = data[1] ?? 0;
    if (type >= RTCP_TYPES.from && type <= RTCP_TYPES.to) return;
    const track = from.address === LOOPBACK && this.#routes.get(route(from.port, data.readUInt32BE(8)));
    if (!track) return this.#drop('no-track');
    if (!track.packets.take()) return this.#overrun(track);
    this.#deps.meter.count('emostream_rtp_packets_total', { kind: track.kind });
    if (!this.#share.take(track.key)) return this.#drop('overrun');
    this.#waiting.push({ track, packet: { data, arrivalMs } });
    if (this.#planned) return;
    this.#planned = true;
    this.#gathering = setTimeout(() => this.#handleGathered(), GATHER_MS);
  }

  #overrun(track: Track): void {
    this.#drop('packet-rate');
    this.#deps.meter.count('emostream_refused_total', { what: 'packet' });
    if (!track.excess.take()) this.#deps.onFlood(track.handle);
  }

  /** Track after track, sound before pictures, each in the order of arrival. */
  #handleGathered(): void {
    this.#waiting.sort((a, b) => a.track.rank - b.track.rank);
    this.#work();
  }

  #work(): void {
    const slice = new WorkSlice(SLICE_MS, MOST_SLICE_MS);
    while (this.#next < this.#waiting.length && !slice.isOver) {
      const { track, packet } = this.#waiting[this.#next++]!;
      this.#share.release(track.key);
      this.#longestWaitMs = Math.max(this.#longestWaitMs, this.#deps.clock() - packet.arrivalMs);
      if (this.#tracks.get(track.handle) !== track) continue;
      track.handlePacket(packet);
    }
    this.#deps.onIdle();
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
    this.#planned = this.#waiting.length > 0;
    if (this.#planned) setImmediate(() => this.#work());
  }

  #drop(reason: DropReason<'analysis'>): void {
    this.#deps.meter.count('emostream_dropped_total', { stage: 'analysis', reason });
  }
}

/** Ports have 16 bits and SSRCs 32: both fit in the 53 of a number. */
function route(port: number, ssrc: number): number {
  return port * 2 ** 32 + ssrc;
}
