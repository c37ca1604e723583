import { createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { crc32 } from 'node:zlib';
import type { types } from 'mediasoup';

const MAGIC_COOKIE = 0x2112_a442;
const HEADER_BYTES = 20;

/** The far end of a WebRTC transport as far as ICE: packets from it are the transport's, though no DTLS follows. */
export class IceClient {
  readonly #socket: Socket;
  readonly #candidate: types.IceCandidate;

  private constructor(socket: Socket, candidate: types.IceCandidate) {
    this.#socket = socket;
    this.#candidate = candidate;
  }

  /** Resolves when the transport has answered a connectivity check. */
  static async connect({ iceParameters, iceCandidates }: types.WebRtcTransport): Promise<IceClient> {
    const candidate = iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (!candidate) throw new Error('no UDP candidate');
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const client = new IceClient(socket, candidate);
    client.send(bindingRequest(iceParameters));
    await once(socket, 'message');
    return client;
  }

  send(packet: Buffer): void {
    this.#socket.send(packet, this.#candidate.port, this.#candidate.address);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A connectivity check that nominates (RFC 8445 §7.1, RFC 8489 §14). */
function bindingRequest({ usernameFragment, password }: types.IceParameters): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0x0001, 0);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(header, 8);
  const attributes = [
    attribute(0x0006, Buffer.from(`${usernameFragment}:test`)),
    attribute(0x0024, Buffer.of(0x6e, 0, 1, 0xff)),
    attribute(0x802a, randomBytes(8)),
    attribute(0x0025, Buffer.alloc(0)),
  ];
  /** Of the message with what has come so far, and as if the next attribute had come too. */
  const untilNow = (nextBytes: number): Buffer => {
    const body = Buffer.concat(attributes);
    header.writeUInt16BE(body.length + nextBytes, 2);
    return Buffer.concat([header, body]);
  };
  attributes.push(attribute(0x0008, createHmac('sha1', password).update(untilNow(24)).digest()));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((crc32(untilNow(8)) ^ 0x5354_554e) >>> 0);
  attributes.push(attribute(0x8028, checksum));
  return untilNow(0);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
