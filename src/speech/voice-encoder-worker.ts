import { answerRequests } from '../common/answer-requests.js';
import { EmostreamError } from '../common/errors.js';
import { VoiceEncoder } from './voice-encoder.js';

/** Entry of the thread in which voices are encoded: one second after the other, as they are handed to it. */
const encoder = await VoiceEncoder.open();
if (!encoder) throw new EmostreamError('SPEECH_UNAVAILABLE', 'the voice encoders are not installed');
answerRequests<Float32Array, Float32Array>({
  thread: 'voice-encoder',
  answer: (second) => encoder.encode(second),
  moved: (heard) => [heard.buffer as ArrayBuffer],
  end: () => encoder.close(),
});
