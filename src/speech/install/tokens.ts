import { EmostreamError } from '../../common/errors.js';

/**
 * What sherpa-onnx wants in place of Moonshine's `tokenizer.bin` (sherpa-onnx, scripts/moonshine/v2): a line for each piece, its
 * bytes in base64 and its index.
 */
export function tokensText(tokenizer: Uint8Array): string {
  return [...pieces(tokenizer)].map((piece, i) => `${Buffer.from(piece).toString('base64')} ${i}\n`).join('');
}

/** Pieces follow each other, each after its length: one byte under 128, or two that hold 7 bits each and the first bit 8 as a mark. */
function* pieces(tokenizer: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < tokenizer.length;) {
    let length = tokenizer[at++]!;
    if (length >= 128) length = (tokenizer[at++] ?? 0) * 128 + length - 128;
    if (at + length > tokenizer.length) {
      throw new EmostreamError('INSTALL_FAILED', 'tokenizer.bin breaks off within a piece.');
    }
    yield tokenizer.subarray(at, at + length);
    at += length;
  }
}
