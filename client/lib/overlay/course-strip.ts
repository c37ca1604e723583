import { EMOTIONS, type Emotion } from '../../../src/common/emotions.js';
import { EMOTION_COLOURS } from './colours.js';
import { type CourseSecond, describeCourse, runsOf } from './course.js';
import type { OverlayWords } from './languages/en.js';

/** A run is lettered from this width on, px: narrower ones have no room for it. */
const LETTERED = { sure: 15, pale: 22 };
/** Of a strip that is not laid out yet, px. */
const USUAL_WIDTH = 330;

const lines = (angle: number, gap: number): string =>
  `repeating-linear-gradient(${angle}deg, var(--ink) 0 1px, transparent 1px ${gap}px)`;
const PATTERNS: Record<Emotion, string> = {
  neutral: 'none',
  happy: 'radial-gradient(circle, var(--ink) 1px, transparent 1.4px) 0 0 / 5px 5px',
  sad: lines(0, 4),
  angry: lines(45, 4),
  fearful: lines(90, 3),
  disgusted: lines(-45, 4),
  surprised: `${lines(45, 6)}, ${lines(-45, 6)}`,
};

const CSS = `
:host { display: block; position: relative; height: 16px; border-radius: 4px; overflow: hidden;
  background: var(--emo-track, #7f8b9c40); --ink: #00000052; }
:host([hidden]) { display: none; }
i { position: absolute; top: 0; bottom: 0; display: grid; place-items: center; overflow: hidden;
  background: var(--pattern), var(--back); color: #0c1119; font: 700 10.5px/14px system-ui, 'DejaVu Sans', sans-serif; }
i.lettered::before { content: attr(data-letter); padding: 0 2.5px; border-radius: 3px; background: var(--colour); }
i.pale { --back: linear-gradient(color-mix(in srgb, var(--colour) 34%, transparent) 0 0); --ink: #0000002e; color: var(--emo-text, #f4f7fb); }
i.pale.lettered::before { background: none; }
i:not(.pale) { --back: linear-gradient(var(--colour) 0 0); }
i.blank { top: auto; height: 2px; background: var(--emo-muted, #7f8b9c); }
${EMOTIONS.map((emotion) => `.${emotion} { --colour: var(--emo-${emotion}, ${EMOTION_COLOURS.dark[emotion]}); --pattern: ${PATTERNS[emotion]}; }`).join('\n')}
@media (forced-colors: active) {
  :host { border: 1px solid CanvasText; }
  i { forced-color-adjust: none; }
}
`;

let sheet: CSSStyleSheet | undefined;
function stripSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

/**
 * Seconds side by side: emotion by colour, pattern and letter, a guess pale, a thin line where there was nothing to judge by, and
 * nothing where there was no result. For screen readers one sentence, which is found and not read out as it changes.
 */
export class CourseStrip {
  readonly element = document.createElement('div');
  readonly #root = this.element.attachShadow({ mode: 'open' });
  #what = '';
  #words: OverlayWords | null = null;
  #seconds: readonly (CourseSecond | null)[] = [];
  #spoken: string | undefined;
  #shown = '';

  constructor() {
    this.#root.adoptedStyleSheets = [stripSheet()];
    this.element.className = 'course';
    this.element.setAttribute('role', 'img');
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /**
   * @param what is shown, as "The last minute"
   * @param seconds oldest first
   * @param spoken instead of the sentence about them
   */
  show(what: string, words: OverlayWords, seconds: readonly (CourseSecond | null)[], spoken?: string): void {
    this.#what = what;
    this.#words = words;
    this.#seconds = seconds;
    this.#spoken = spoken;
    this.#draw();
  }

  #draw(): void {
    const [what, words, seconds, spoken] = [this.#what, this.#words, this.#seconds, this.#spoken];
    if (!words) return;
    const runs = runsOf(seconds);
    const width = this.element.clientWidth || USUAL_WIDTH;
    const shown = JSON.stringify([what, words.letters, runs, seconds.length, spoken, width]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.setAttribute(
      'aria-label',
      `${what}: ${spoken ?? (describeCourse(seconds, words) || words.course.none)}`,
    );
    this.#root.replaceChildren(
      ...runs.map(({ from, length, label, uncertain }) => {
        const run = document.createElement('i');
        const pale = label !== null && uncertain;
        run.className = `${label ?? 'blank'}${pale ? ' pale' : ''}`;
        run.style.insetInlineStart = `${(100 * from) / seconds.length}%`;
        run.style.width = `${(100 * length) / seconds.length}%`;
        if (label) run.dataset.letter = pale ? `${words.letters[label]}?` : words.letters[label];
        const room = (width * length) / seconds.length;
        run.classList.toggle('lettered', label !== null && room >= (pale ? LETTERED.pale : LETTERED.sure));
        return run;
      }),
    );
  }
}
