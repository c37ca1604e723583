/**
 * The pretrained encoders of the voice branch: whose they are, and the file that is made of what is fetched (install/voice-encoder.ts).
 * A change of any of this is another encoder: whatever was computed with it is void, and weights trained on it are, too.
 */
export interface EncoderRecord {
  name: string;
  source: string;
  licence: string;
  /** Within the encoders' folder. */
  file: string;
  /** Of that file, hexadecimal digits. */
  sha256: string;
}

export const VOICE_ENCODERS = [
  {
    name: 'Moonshine Tiny, English, version 2: its encoder up to the third of six blocks',
    source: 'https://github.com/moonshine-ai/moonshine',
    licence: 'MIT (Moonshine AI)',
    file: 'moonshine-3-blocks.ort',
    sha256: 'a127d7912f8a13e9bd6e2e52cc19521bcb3344d96db94ef56764c63292b2934c',
  },
  {
    name: 'Resemblyzer 0.1.4: the first two of three LSTM layers of its speaker encoder',
    source: 'https://github.com/resemble-ai/Resemblyzer',
    licence: 'Apache-2.0 (Resemble AI)',
    file: 'resemblyzer-2-layers.onnx',
    sha256: 'b70c94ceb089783e154926424f1282b8ee49ce7808dea0ff01b6da6519fce9af',
  },
] as const satisfies readonly EncoderRecord[];
