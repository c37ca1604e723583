import type { Config } from '../config/schema.js';
import { sileroFile, type SpeechChoice, type VoiceEncoderState } from '../speech/index.js';
import type { AnalysisOptions } from './messages.js';

/** What of the configuration, and of what is installed, an analysis process is told. */
export function analysisOptions(
  config: Config,
  speech: SpeechChoice,
  voiceEncoder: VoiceEncoderState,
): AnalysisOptions {
  return {
    allowedLatenessMs: config.allowedLateness,
    wordsRevisionHorizonMs: config.wordsRevisionHorizon,
    faceCrops: config.faceCrops,
    maxFaces: config.maxFaces,
    voiceActivityModel: sileroFile(),
    speechModel: speech.model,
    voiceEncoder: voiceEncoder === 'on',
    transcriber: speech.state === 'on' ? (config.transcriber ?? null) : null,
    traceShare: config.traceEndpoint === undefined ? 0 : config.traceShare,
    maxPacketRate: config.maxPacketRate,
    maxPixelRate: config.maxPixelRate,
  };
}
