/** Probability of speech in a frame, over which it is speech. */
const THRESHOLD = 0.4;
/** Speech goes on while it is not so much less likely. */
const SLACK = 0.15;

/**
 * From probabilities to speech, as sherpa-onnx's detector does with the shortest durations (silero-vad-model.cc): it begins with the
 * second frame in a row over the threshold and ends with the second that is 0.15 under it, with none over the threshold between.
 */
export class SpeechGate {
  readonly #threshold: number;
  #over = false;
  #under = false;
  #speaks = false;

  constructor(threshold = THRESHOLD) {
    this.#threshold = threshold;
  }

  follow(probability: number): boolean {
    if (probability > this.#threshold) {
      this.#under = false;
      this.#speaks ||= this.#over;
      this.#over = true;
      return this.#speaks;
    }
    if (this.#speaks && (probability > this.#threshold - SLACK || !this.#under)) {
      this.#under ||= probability <= this.#threshold - SLACK;
      return true;
    }
    this.#over = this.#under = this.#speaks = false;
    return false;
  }
}
