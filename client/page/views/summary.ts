import { describeCourse } from '../../lib/overlay/course.js';
import { CourseStrip } from '../../lib/overlay/course-strip.js';
import { clock } from '../../report/format.js';
import { momentList, transcript } from '../../report/lists.js';
import { overview } from '../../report/overview.js';
import type { PartWords } from '../../report/words.js';
import { dayAndTime } from '../languages/clock-times.js';
import { languageTag, t } from '../languages/current.js';
import { sentenceOf } from '../languages/sentence.js';
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
  readonly #heading = h('h1', { tabIndex: -1 }, t().summary.title);
  readonly #problem = h('p', { class: 'problem', hidden: true, attr: { role: 'alert' } });
  readonly #options: SummaryOptions;

  constructor(options: SummaryOptions) {
    this.#options = options;
    const { course, room, ended } = options;
    const { report } = course;
    const [person] = report.people;
    const { summary: words, overlay, parts } = t();
    const strip = new CourseStrip();
    if (person) {
      const whole = inParts(person, report.seconds, report.seconds);
      strip.show(words.whole, overlay, inParts(person, report.seconds, PARTS), describeCourse(whole, overlay));
    }
    const since = dayAndTime(report.startedAt ?? 0);
    const again = h('button', { type: 'button', class: 'primary' }, words.back);
    again.onclick = () => options.onAgain();
    this.element = h(
      'main',
      { class: 'summary' },
      ended === null ? null : h('p', { class: 'problem', attr: { role: 'alert' } }, ended),
      h('header', {}, this.#heading, h('p', {}, h('bdi', {}, room), `, ${since}, ${clock(report.seconds)}`)),
      h('div', { class: 'summary-strip' }, strip.element),
      h(
        'div',
        { class: 'summary-parts' },
        h('section', { class: 'card' }, h('h2', {}, words.overview), ...(person ? [overview(report, 0, parts)] : [])),
        h(
          'section',
          { class: 'card' },
          h('h2', {}, words.moments),
          momentList({ people: report.people, moments: ofNote(report.moments) }, null, parts),
        ),
        report.words.length > 0 && h('section', { class: 'card' }, h('h2', {}, words.said), this.#said(report, parts)),
        this.#saving(),
      ),
      again,
      h('p', { class: 'course-hint' }, words.hint),
    );
  }

  focus(): void {
    this.#heading.focus();
  }

  /** As high as its neighbours: what does not fit is scrolled to, by the keyboard as well. */
  #said(report: OwnCourse['report'], parts: PartWords): HTMLElement {
    const { element } = transcript(report, null, parts);
    element.tabIndex = 0;
    element.setAttribute('aria-label', t().summary.said);
    return element;
  }

  #saving(): HTMLElement {
    const words = t().summary;
    return h(
      'section',
      { class: 'card summary-save' },
      h('h2', {}, words.save),
      h('p', {}, words.saveHint),
      h(
        'div',
        { class: 'summary-buttons' },
        this.#button(words.html, 'html', () => this.#html()),
        this.#button(words.csv, 'csv', () => this.#options.course.csv()),
        this.#button(words.json, 'json', () => this.#options.course.json()),
      ),
      this.#problem,
    );
  }

  async #html(): Promise<string> {
    return this.#options.course.html(await this.#options.reportScript(), {
      tag: languageTag(),
      direction: t().overlay.direction,
    });
  }

  #button(label: string, ending: keyof typeof TYPES, make: () => string | Promise<string>): HTMLElement {
    const button = h('button', { type: 'button', class: 'secondary' }, label);
    button.onclick = async () => {
      this.#problem.hidden = true;
      try {
        save(`emostream-${this.#options.room}.${ending}`, TYPES[ending], await make());
      } catch (error) {
        this.#problem.textContent = t().summary.notSaved(sentenceOf(error));
        this.#problem.hidden = false;
      }
    };
    return button;
  }
}

const TYPES = { html: 'text/html', csv: 'text/csv', json: 'application/json' } as const;
