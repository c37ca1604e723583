export interface Progress {
  name: string;
  /** Seconds of the recording that are done. */
  seconds: number;
  /** Of the recording; null: it does not say. */
  durationSeconds: number | null;
  /** Done since this run began, and how long it took. */
  sinceSeconds: number;
  elapsedMs: number;
}

const WIDTH = 24;

/** Hours, minutes and seconds. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

/** How far it is, how fast it goes, and how long it takes yet. */
export function progressLine({ name, seconds, durationSeconds, sinceSeconds, elapsedMs }: Progress): string {
  const rate = elapsedMs > 0 ? sinceSeconds / (elapsedMs / 1000) : 0;
  const speed = rate > 0 ? `${rate.toFixed(rate < 10 ? 1 : 0)}×` : '';
  if (durationSeconds === null || durationSeconds <= 0) return `${name}  ${clockTime(seconds)}  ${speed}`.trimEnd();
  const share = Math.min(1, seconds / durationSeconds);
  const bar = '█'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '·');
  const left = rate > 0 ? `${clockTime((durationSeconds - seconds) / rate)} left` : '';
  const percent = `${String(Math.floor(100 * share)).padStart(3)} %`;
  return `${name}  ${bar} ${percent}  ${clockTime(seconds)} of ${clockTime(durationSeconds)}  ${speed}  ${left}`.trimEnd();
}

/** Redraws it a few times a second on a terminal; elsewhere a line for each tenth of the recording. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  readonly #now: () => number;
  #drawnMs = -Infinity;
  #tenth = 0;
  #isDrawn = false;

  constructor(out: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()) {
    this.#out = out;
    this.#now = now;
  }

  show(progress: Progress): void {
    if (this.#out.isTTY) {
      if (this.#now() - this.#drawnMs < EVERY_MS) return;
      this.#drawnMs = this.#now();
      this.#isDrawn = true;
      this.#out.write(`\r\u001B[K${progressLine(progress).slice(0, (this.#out.columns ?? 80) - 1)}`);
      return;
    }
    const tenth = Math.floor((10 * progress.seconds) / (progress.durationSeconds ?? Infinity));
    if (tenth <= this.#tenth || tenth >= 10) return;
    this.#tenth = tenth;
    this.#out.write(`${progressLine(progress)}\n`);
  }

  /** Gives the line to what is said next. */
  clear(): void {
    if (this.#isDrawn) this.#out.write('\r\u001B[K');
    this.#isDrawn = false;
    this.#tenth = 0;
  }
}

const EVERY_MS = 200;
