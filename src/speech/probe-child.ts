import { sherpa } from './library.js';
import { readSpeechModel } from './model.js';

/** Loads the model of a folder and recognises a second of silence with it; ends with another status than 0 where that fails. */
const { recogniser, config } = readSpeechModel(process.argv[2] ?? '');
const { OfflineRecognizer, OnlineRecognizer } = sherpa();
const silence = { samples: new Float32Array(16_000), sampleRate: 16_000 };
if (recogniser === 'offline') {
  const loaded = new OfflineRecognizer(config);
  const stream = loaded.createStream();
  stream.acceptWaveform(silence);
  loaded.decode(stream);
} else {
  const loaded = new OnlineRecognizer(config);
  const stream = loaded.createStream();
  stream.acceptWaveform(silence);
  while (loaded.isReady(stream)) loaded.decode(stream);
}
