export type Kind = 'video' | 'audio';

/** Of one kind, in a span of time. */
export interface PacketCount {
  sent: number;
  /** Never came through, in spite of what was sent again. */
  lost: number;
}

/** Sound has its payload type; see `SyntheticPeer`. */
const AUDIO_PAYLOAD_TYPE = 111;
const FIRST_RTCP = 200;

interface Packet {
  kind: Kind;
  atMs: number;
  came: boolean;
}

/** Which packets of a person were sent, and which of them came through at last, by the sequence number. */
export class PacketAccount {
  /** When a packet was sent, and whether it came through, for each peer that the person had. */
  readonly #peers: Map<string, Packet>[] = [];

  /** For a new peer: its sequence numbers have nothing to do with those of the one before. */
  begin(): { sent: (packet: Buffer, atMs: number) => void; delivered: (packet: Buffer) => void } {
    const packets = new Map<string, Packet>();
    this.#peers.push(packets);
    /** Numbers return after 65,536; how often they did is part of the name. */
    const rounds = new Map<Kind, { last: number; round: number }>();
    return {
      sent: (packet, atMs) => {
        const kind = kindOf(packet);
        const number = packet.readUInt16BE(2);
        const at = rounds.get(kind) ?? { last: number, round: 0 };
        if (number < at.last) at.round += 1;
        at.last = number;
        rounds.set(kind, at);
        packets.set(`${kind} ${String(at.round)} ${String(number)}`, { kind, atMs, came: false });
      },
      delivered: (packet) => {
        if ((packet[1] ?? 0) >= FIRST_RTCP && (packet[1] ?? 0) < FIRST_RTCP + 10) return;
        const kind = kindOf(packet);
        const number = packet.readUInt16BE(2);
        const { last, round } = rounds.get(kind) ?? { last: number, round: 0 };
        const found = packets.get(`${kind} ${String(number > last ? round - 1 : round)} ${String(number)}`);
        if (found) found.came = true;
      },
    };
  }

  /** Of the packets that were sent from one time to before another, ms. */
  count(kind: Kind, fromMs: number, toMs: number): PacketCount {
    let [sent, lost] = [0, 0];
    for (const packets of this.#peers) {
      for (const packet of packets.values()) {
        if (packet.kind !== kind || packet.atMs < fromMs || packet.atMs >= toMs) continue;
        sent += 1;
        if (!packet.came) lost += 1;
      }
    }
    return { sent, lost };
  }

  /** What is older than this is of no interest any more. */
  forgetBefore(ms: number): void {
    for (const packets of this.#peers) {
      for (const [name, { atMs }] of packets) if (atMs < ms) packets.delete(name);
    }
  }
}

const kindOf = (packet: Buffer): Kind => (((packet[1] ?? 0) & 0x7f) === AUDIO_PAYLOAD_TYPE ? 'audio' : 'video');
