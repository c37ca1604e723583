export interface Picture {
  data: Uint8Array;
  keyFrame: boolean;
  /** Its beginning shows that nothing is missing before it, even where packets were lost just then. */
  provenStart: boolean;
}

/** Puts the payloads of one picture together. Payloads come in order; the assembler tells where a picture ends. */
export interface Depacketizer {
  /** False: the payload is malformed, or it cannot follow what came before; the picture is void. */
  add(payload: Uint8Array): boolean;
  /** The picture so far, for the decoder, and an end to it; null when it is not whole. */
  finish(): Picture | null;
  reset(): void;
}

export function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const data = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return data;
}
