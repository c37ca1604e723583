import { describeCourse } from '../../lib/overlay/course.js';
import { CourseStrip } from '../../lib/overlay/course-strip.js';
import { clock } from '../../report/format.js';
import { momentList, transcript } from '../../report/lists.js';
import { overview } from '../../report/overview.js';
import { inParts, ofNote } from '../session/course-of.js';
import type { OwnCourse } from '../session/own-course.js';
import { h } from '../ui/dom.js';
import { save } from '../ui/save.js';

export interface SummaryOptions {
  course: OwnCourse;
  room: string;
  /** Why the call ended; null: one left. */
  ended: string | null;
  /** The program of report pages. @throws Error when it cannot be had */
  reportScript(): Promise<string>;
  onAgain(): void;
}

const PARTS = 240;

/** After the call: one's own course, to be looked at and saved by oneself alone. */
export class SummaryView {
  readonly element: HTMLElement;
  readonly #heading = h('h1', { tabIndex: -1 }, 'Your course in this call');
  readonly #problem = h('p', { class: 'problem', hidden: true, attr: { role: 'alert' } });
  readonly #options: SummaryOptions;

  constructor(options: SummaryOptions) {
    this.#options = options;
    const { course, room, ended } = options;
    const { report } = course;
    const [person] = report.people;
    const strip = new CourseStrip('The whole call');
    if (person) {
      const whole = inParts(person, report.seconds, report.seconds);
      strip.show(inParts(person, report.seconds, PARTS), describeCourse(whole));
    }
    const since = new Date(report.startedAt ?? 0).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
    const again = h('button', { type: 'button', class: 'primary' }, 'Back to the lobby');
    again.onclick = () => options.onAgain();
    this.element = h(
      'main',
      { class: 'summary' },
      ended === null ? null : h('p', { class: 'problem', attr: { role: 'alert' } }, ended),
      h('header', {}, this.#heading, h('p', {}, `${room}, ${since}, ${clock(report.seconds)}`)),
      h('div', { class: 'summary-strip' }, strip.element),
      h(
        'div',
        { class: 'summary-parts' },
        h('section', { class: 'card' }, h('h2', {}, 'All in all'), ...(person ? [overview(report, 0)] : [])),
        h(
          'section',
          { class: 'card' },
          h('h2', {}, 'Moments'),
          momentList({ people: report.people, moments: ofNote(report.moments) }, null),
        ),
        report.words.length > 0 &&
          h('section', { class: 'card' }, h('h2', {}, 'What you said'), transcript(report, null).element),
        this.#saving(),
      ),
      again,
      h(
        'p',
        { class: 'course-hint' },
        'An expression is not a feeling: this is what a face, a voice and words expressed, as it was judged second by second.',
      ),
    );
  }

  focus(): void {
    this.#heading.focus();
  }

  #saving(): HTMLElement {
    return h(
      'section',
      { class: 'card summary-save' },
      h('h2', {}, 'Save it'),
      h(
        'p',
        {},
        'This is yours alone, and only here: the server keeps nothing of it, and it is gone when you close this page or join again. ' +
          'Of the others nothing can be saved here; a whole call is recorded only of those who agree when they are asked.',
      ),
      h(
        'div',
        { class: 'summary-buttons' },
        this.#button('Report (HTML)', 'html', () => this.#html()),
        this.#button('Table (CSV)', 'csv', () => this.#options.course.csv()),
        this.#button('Data (JSON)', 'json', () => this.#options.course.json()),
      ),
      this.#problem,
    );
  }

  async #html(): Promise<string> {
    return this.#options.course.html(await this.#options.reportScript());
  }

  #button(label: string, ending: keyof typeof TYPES, make: () => string | Promise<string>): HTMLElement {
    const button = h('button', { type: 'button', class: 'secondary' }, label);
    button.onclick = async () => {
      this.#problem.hidden = true;
      try {
        save(`emostream-${this.#options.room}.${ending}`, TYPES[ending], await make());
      } catch (error) {
        this.#problem.textContent = `Not saved: ${error instanceof Error ? error.message : String(error)}`;
        this.#problem.hidden = false;
      }
    };
    return button;
  }
}

const TYPES = { html: 'text/html', csv: 'text/csv', json: 'application/json' } as const;
