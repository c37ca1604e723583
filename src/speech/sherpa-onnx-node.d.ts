/** The parts of sherpa-onnx's addon that are used here; the package brings no types of its own (its `types.js` has them as comments). */
declare module 'sherpa-onnx-node' {
  /** Silero's model: frames of 512 samples at 16 kHz. Times in seconds. */
  interface VadConfig {
    sileroVad: {
      model: string;
      threshold: number;
      minSilenceDuration: number;
      minSpeechDuration: number;
      maxSpeechDuration: number;
      windowSize: number;
    };
    sampleRate: number;
    numThreads: number;
    provider: string;
    debug: boolean;
  }

  class Vad {
    constructor(config: VadConfig, bufferSizeInSeconds: number);
    acceptWaveform(samples: Float32Array): void;
    /** Whether speech goes on at the end of what was taken in. */
    isDetected(): boolean;
    isEmpty(): boolean;
    pop(): void;
    /** Drops the finished pieces of speech. */
    clear(): void;
    /** Makes a finished piece of the speech that goes on. */
    flush(): void;
    reset(): void;
  }

  interface Waveform {
    samples: Float32Array;
    sampleRate: number;
  }

  interface RecognizerResult {
    text: string;
    tokens: string[];
    /** When each token begins, seconds; empty where the model does not say. */
    timestamps: number[];
  }

  class OfflineStream {
    acceptWaveform(waveform: Waveform): void;
  }

  class OfflineRecognizer {
    constructor(config: object);
    createStream(): OfflineStream;
    decode(stream: OfflineStream): void;
    getResult(stream: OfflineStream): RecognizerResult;
  }

  class OnlineStream {
    acceptWaveform(waveform: Waveform): void;
    inputFinished(): void;
  }

  class OnlineRecognizer {
    constructor(config: object);
    createStream(): OnlineStream;
    isReady(stream: OnlineStream): boolean;
    decode(stream: OnlineStream): void;
    isEndpoint(stream: OnlineStream): boolean;
    reset(stream: OnlineStream): void;
    getResult(stream: OnlineStream): RecognizerResult;
  }

  /** CommonJS: Node gives the whole as the default export. */
  const library: {
    Vad: typeof Vad;
    OfflineRecognizer: typeof OfflineRecognizer;
    OnlineRecognizer: typeof OnlineRecognizer;
  };
  export default library;
  export type { OfflineRecognizer, OfflineStream, OnlineRecognizer, OnlineStream, RecognizerResult, Vad, VadConfig };
}
