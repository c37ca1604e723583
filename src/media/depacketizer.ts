export interface Picture {
  data: Uint8Array;
  keyFrame: boolean;
  /** Temporal layer: it builds on pictures of this layer and of those below, never of those above. */
  layer: number;
  /** Of this layer it needs no picture before it. */
  layerSync: boolean;
  /** Pictures of upper layers that come after it need none that came before it. Default false. */
  switchUp?: boolean;
}

/** `no-parameters`: it names a set of parameters that the sender never sent. */
export type PictureFault = 'malformed' | 'no-parameters';

/** Puts the payloads of one picture together. Payloads come in order; the assembler tells where a picture ends. */
export interface Depacketizer {
  /** What was added is a picture, or a part of one: not only what stands before pictures. */
  readonly hasPicture: boolean;
  /** The beginning of it shows that nothing is missing before it, even where packets were lost just then. */
  readonly provenStart: boolean;
  /** It has all its payloads, whatever of it comes later. */
  readonly complete: boolean;
  /** Nothing that is added later builds on what was, or only upper layers do. */
  readonly disposable: boolean;
  /** Whether a payload can only be the first of a picture, whatever came before. */
  begins(payload: Uint8Array): boolean;
  /** False: the payload is malformed, or it cannot follow what came before; the picture is void. */
  add(payload: Uint8Array): boolean;
  /** The picture so far, for the decoder, and an end to it; or what is wrong with it. */
  finish(): Picture | PictureFault;
  reset(): void;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return data;
}
