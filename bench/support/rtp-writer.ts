export interface RtpFields {
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
}

/** An RTP packet without extensions (RFC 3550 §5.1). */
export function writeRtp(fields: RtpFields, payload: Uint8Array): Buffer {
  const packet = Buffer.allocUnsafe(12 + payload.length);
  packet[0] = 0x80;
  packet[1] = (fields.marker ? 0x80 : 0) | fields.payloadType;
  packet.writeUInt16BE(fields.sequenceNumber & 0xffff, 2);
  packet.writeUInt32BE(fields.timestamp >>> 0, 4);
  packet.writeUInt32BE(fields.ssrc >>> 0, 8);
  packet.set(payload, 12);
  return packet;
}

/** Seconds between the NTP era (1900) and the Unix epoch (RFC 3550 §4). */
const NTP_EPOCH = 2_208_988_800;

/** A sender report without report blocks and the CNAME that every compound packet carries (RFC 3550 §6.4.1, §6.5). */
export function writeSenderReport(report: {
  ssrc: number;
  ntpMs: number;
  timestamp: number;
  packets: number;
  octets: number;
  cname: string;
}): Buffer {
  const sender = Buffer.alloc(28);
  sender[0] = 0x80;
  sender[1] = 200;
  sender.writeUInt16BE(6, 2);
  sender.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.ntpMs / 1000);
  sender.writeUInt32BE((seconds + NTP_EPOCH) >>> 0, 8);
  sender.writeUInt32BE(Math.floor((report.ntpMs / 1000 - seconds) * 2 ** 32) >>> 0, 12);
  sender.writeUInt32BE(report.timestamp >>> 0, 16);
  sender.writeUInt32BE(report.packets >>> 0, 20);
  sender.writeUInt32BE(report.octets >>> 0, 24);
  const name = Buffer.from(report.cname);
  const words = Math.ceil((4 + 2 + name.length + 1) / 4);
  const description = Buffer.alloc(4 + words * 4);
  description[0] = 0x81;
  description[1] = 202;
  description.writeUInt16BE(words, 2);
  description.writeUInt32BE(report.ssrc, 4);
  description[8] = 1;
  description[9] = name.length;
  description.set(name, 10);
  return Buffer.concat([sender, description]);
}

/** What a receiver asks of a sender: packets again (RFC 4585 §6.2.1), or a key frame (§6.3.1; FIR: RFC 5104 §4.3.1). */
export type Feedback = { type: 'nack'; ssrc: number; sequenceNumbers: number[] } | { type: 'key-frame'; ssrc: number };

/** The feedback in a compound RTCP packet; other reports and anything malformed are passed over. */
export function readFeedback(data: Buffer): Feedback[] {
  const feedback: Feedback[] = [];
  let offset = 0;
  while (offset + 4 <= data.length) {
    const end = offset + 4 + data.readUInt16BE(offset + 2) * 4;
    if (end > data.length) break;
    const format = (data[offset] as number) & 0x1f;
    const type = data[offset + 1];
    if (type === 205 && format === 1 && end >= offset + 16) {
      feedback.push({
        type: 'nack',
        ssrc: data.readUInt32BE(offset + 8),
        sequenceNumbers: readNackItems(data.subarray(offset + 12, end)),
      });
    } else if (type === 206 && format === 1 && end >= offset + 12) {
      feedback.push({ type: 'key-frame', ssrc: data.readUInt32BE(offset + 8) });
    } else if (type === 206 && format === 4 && end >= offset + 16) {
      feedback.push({ type: 'key-frame', ssrc: data.readUInt32BE(offset + 12) });
    }
    offset = end;
  }
  return feedback;
}

function readNackItems(items: Buffer): number[] {
  const numbers: number[] = [];
  for (let offset = 0; offset + 4 <= items.length; offset += 4) {
    const first = items.readUInt16BE(offset);
    const mask = items.readUInt16BE(offset + 2);
    numbers.push(first);
    for (let bit = 0; bit < 16; bit++) if ((mask >> bit) & 1) numbers.push((first + bit + 1) & 0xffff);
  }
  return numbers;
}
