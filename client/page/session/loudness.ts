const TOUCHES = ['pointerdown', 'keydown'] as const;

/** Reads how loud a track is. The page's own microphone: of the others the browser says it itself. */
export class Loudness {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #resume = () => void this.#context.resume();

  constructor(track: MediaStreamTrack) {
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    // Made before the page was touched it stands still; then it goes on when it may.
    for (const touch of TOUCHES) window.addEventListener(touch, this.#resume);
  }

  /** The largest swing of the last 20 ms or so, 0 (silence) … 1 (full scale). */
  get level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return Math.min(
      1,
      this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
    );
  }

  close(): void {
    for (const touch of TOUCHES) window.removeEventListener(touch, this.#resume);
    this.#source.disconnect();
    void this.#context.close();
  }
}
