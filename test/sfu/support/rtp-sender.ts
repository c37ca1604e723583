import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { types } from 'mediasoup';

/** Sends RTP and RTCP over UDP on the loopback into a mediasoup router, as a participant's browser would over WebRTC. */
export class RtpSender {
  readonly transport: types.PlainTransport;
  readonly #socket: Socket;

  private constructor(transport: types.PlainTransport, socket: Socket) {
    this.transport = transport;
    this.#socket = socket;
  }

  static async create(router: types.Router): Promise<RtpSender> {
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
    });
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address() as AddressInfo;
    await transport.connect({ ip: '127.0.0.1', port });
    return new RtpSender(transport, socket);
  }

  /** A microphone: Opus, payload type 111. */
  opus(ssrc: number): Promise<types.Producer> {
    return this.transport.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc }],
      },
    });
  }

  /** A camera: VP8, payload type 96; several SSRCs are simulcast, lowest first. */
  vp8(...ssrcs: number[]): Promise<types.Producer> {
    return this.transport.produce({
      kind: 'video',
      keyFrameRequestDelay: 1000,
      rtpParameters: {
        codecs: [
          {
            mimeType: 'video/VP8',
            payloadType: 96,
            clockRate: 90_000,
            rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
          },
        ],
        encodings: ssrcs.map((ssrc) => ({ ssrc })),
        rtcp: { cname: 'test', reducedSize: true },
      },
    });
  }

  send(packet: Buffer): void {
    const { localPort } = this.transport.tuple;
    this.#socket.send(packet, localPort, '127.0.0.1');
  }

  /** RTCP that mediasoup sends back (key frame requests, receiver reports). */
  onRtcp(listener: (packet: Buffer) => void): void {
    this.#socket.on('message', listener);
  }

  close(): void {
    this.#socket.close();
    this.transport.close();
  }
}

export interface RtpFields {
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  marker?: boolean;
  payload: Buffer;
}

/** One RTP packet without extensions (RFC 3550 §5.1). */
export function rtp({ payloadType, sequence, timestamp, ssrc, marker = false, payload }: RtpFields): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payloadType | (marker ? 0x80 : 0);
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/**
 * The start of a VP8 frame (RFC 7741 §4.2): extended descriptor with a 15-bit picture id, TL0PICIDX and TID. For a key frame
 * the frame header says so and holds the start code (RFC 6386 §9.1).
 */
export function vp8Payload(options: { keyFrame: boolean; pictureId: number; temporalLayer?: number }): Buffer {
  const { keyFrame, pictureId, temporalLayer = 0 } = options;
  const descriptor = [
    0x90, // X, S, partition 0
    0xe0, // I, L, T
    0x80 | ((pictureId >> 8) & 0x7f),
    pictureId & 0xff,
    pictureId & 0xff, // TL0PICIDX
    temporalLayer << 6,
  ];
  const frame = keyFrame ? [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00] : [0x11, 0, 0, 0];
  return Buffer.from([...descriptor, ...frame]);
}

/** An RTCP sender report without report blocks (RFC 3550 §6.4.1). */
export function senderReport(fields: {
  ssrc: number;
  ntpSeconds: number;
  ntpFraction: number;
  rtpTimestamp: number;
}): Buffer {
  const packet = Buffer.alloc(28);
  packet[0] = 0x80;
  packet[1] = 200;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(fields.ssrc, 4);
  packet.writeUInt32BE(fields.ntpSeconds >>> 0, 8);
  packet.writeUInt32BE(fields.ntpFraction >>> 0, 12);
  packet.writeUInt32BE(fields.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(1, 20);
  packet.writeUInt32BE(100, 24);
  return packet;
}

/** Sends frames of one VP8 stream at 25 a second; each call to `next` is one frame. */
export class Vp8Stream {
  readonly #sender: RtpSender;
  readonly #ssrc: number;
  #sequence: number;
  #pictureId = 1;
  timestamp: number;

  constructor(sender: RtpSender, ssrc: number, firstTimestamp: number, firstSequence = 1000) {
    this.#sender = sender;
    this.#ssrc = ssrc;
    this.timestamp = firstTimestamp;
    this.#sequence = firstSequence;
  }

  next(keyFrame: boolean, temporalLayer = 0): void {
    this.timestamp = (this.timestamp + 3600) >>> 0;
    this.#sequence += 1;
    this.#pictureId += 1;
    const payload = vp8Payload({ keyFrame, pictureId: this.#pictureId, temporalLayer });
    const { timestamp } = this;
    this.#sender.send(
      rtp({ payloadType: 96, sequence: this.#sequence, timestamp, ssrc: this.#ssrc, marker: true, payload }),
    );
  }

  report(ntpSeconds: number): void {
    this.#sender.send(
      senderReport({ ssrc: this.#ssrc, ntpSeconds, ntpFraction: 0x8000_0000, rtpTimestamp: this.timestamp }),
    );
  }
}

/** Calls `task` every `ms` until the returned function is called: a source that never stops by itself. */
export function every(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  return () => clearInterval(timer);
}
