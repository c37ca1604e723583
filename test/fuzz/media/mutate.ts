import type { Random } from '../random.js';

const TELLING = [0, 1, 2, 3, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff];

/** The same bytes with something wrong: a few at random places, a piece gone, doubled, strange or of another one. */
export function mutateBytes(data: Uint8Array, random: Random, other: Uint8Array = data): Buffer {
  let bytes = Buffer.from(data);
  for (let times = random.int(1, 4); times > 0 && bytes.length > 0; times--) {
    const at = random.int(0, bytes.length - 1);
    const length = Math.min(bytes.length - at, random.pick([1, 2, 4, 16, 64, 512]));
    switch (random.int(0, 7)) {
      case 0:
        bytes[at]! ^= 1 << random.int(0, 7);
        break;
      case 1:
        bytes[at] = random.pick(TELLING);
        break;
      case 2:
        random.bytes(length).copy(bytes, at);
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 6:
        bytes.fill(random.pick(TELLING), at, at + length);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
    }
  }
  return bytes;
}

/** What the header of the payload says, mostly: its first bytes. */
export function mutateHead(data: Uint8Array, random: Random, head: number): Buffer {
  const bytes = Buffer.from(data);
  for (let times = random.int(1, 3); times > 0 && bytes.length > 0; times--) {
    const at = random.int(0, Math.min(head, bytes.length) - 1);
    if (random.chance(0.5)) bytes[at]! ^= 1 << random.int(0, 7);
    else bytes[at] = random.chance(0.5) ? random.pick(TELLING) : random.int(0, 255);
  }
  return bytes;
}
