import type { Encoded, EngineInput, ModelInput } from './types.js';

type Voice = NonNullable<ModelInput['voice']>;

/** Only what the network reads, each array on its own: a message would copy the whole of what it is a part of. */
export function bare({ face, voice, words }: EngineInput, moved: ArrayBuffer[]): EngineInput {
  const encoded = <M extends Encoded>(of: M): M => ({ ...of, encoded: owned(of.encoded, moved) });
  return {
    face: face && ('encoded' in face ? encoded(face) : { ...face, crops: owned(face.crops, moved) }),
    voice: voice && ('encoded' in voice ? encoded(voice) : bareVoice(voice, moved)),
    words: words && ('encoded' in words ? encoded(words) : { ...words, tokens: owned(words.tokens, moved) }),
  };
}

function bareVoice(voice: Voice, moved: ArrayBuffer[]): Voice {
  const { logMel, heard } = voice;
  return {
    ...{ ...voice, logMel: owned(logMel, moved) },
    heard: heard && { frames: owned(heard.frames, moved), present: owned(heard.present, moved) },
  };
}

/** A part of something larger is cut out, and the cutting moved; what stands alone is copied by the message. */
export function owned<A extends Uint8Array | Float32Array | Int32Array>(array: A, moved: ArrayBuffer[]): A {
  if (array.byteLength === array.buffer.byteLength) return array;
  const own = array.slice() as A;
  moved.push(own.buffer as ArrayBuffer);
  return own;
}
