/** The public surface of the speech stage. */
export { chooseSpeech, type SpeechChoice } from './choose-speech.js';
export { chooseHearing, type Hearing } from './choose-hearing.js';
export { VOICE_ENCODER_STATES, type VoiceEncoderState } from './choose-voice-encoder.js';
export { damageOf } from './damage.js';
export { type Sherpa, sherpa } from './library.js';
export { isEnglish, readSpeechModel, type SpeechModel } from './model.js';
export { defaultModelFolder, sileroFile } from './paths.js';
export { GAP_TOLERANCE_MS, type HeardSound, LOST_PACKETS_MS, SAMPLES_PER_MS, SpeechHearer } from './heard-sound.js';
export { HEARD_PER_SECOND, HEARD_WIDTH, HEARD_WIDTHS, VOICE_SECOND } from './heard-sizes.js';
export { VOICE_ENCODERS } from './voice-encoders.js';
export { VoiceEncoder } from './voice-encoder.js';
export { VoiceEncoderThread } from './voice-encoder-thread.js';
export { hearSpeech } from './hear-speech.js';
export { probeModel } from './probe.js';
export { FRAME_SAMPLES, SileroNetwork } from './silero-network.js';
export { RecordingRecognition } from './recording-recognition.js';
export { SpeechRecognition } from './speech-recognition.js';
export { VoiceActivities, type VoiceActivity } from './voice-activity.js';
