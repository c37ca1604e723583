import { describeCourse } from '../../lib/overlay/course.js';
import { CourseStrip } from '../../lib/overlay/course-strip.js';
import { clock } from '../../report/format.js';
import { timeOfDay } from '../languages/clock-times.js';
import { t } from '../languages/current.js';
import { momentList, transcript } from '../../report/lists.js';
import type { Conversation } from '../session/conversation.js';
import { type ConversationView, inParts, viewOf } from '../session/course-of.js';
import { h } from '../ui/dom.js';

/** While it is open, ms. */
const EVERY_MS = 2000;
/** Of a timeline; finer is not to be seen. */
const PARTS = 120;
/** The newest; the whole is in one's own summary. */
const MOST_LISTED = 60;

export interface CoursePanelOptions {
  conversation: Conversation;
  nameOf(participant: string): string;
}

/** The conversation so far: everybody's timeline, moments, and what was said by those who show it. */
export class CoursePanel {
  readonly element: HTMLElement;
  readonly #options: CoursePanelOptions;
  readonly #since = h('p', { class: 'course-since' });
  readonly #people = h('ul', { class: 'course-people' });
  readonly #rows = new Map<string, { element: HTMLElement; name: HTMLElement; strip: CourseStrip }>();
  readonly #moments = h('div', {});
  readonly #said = h('section', {});
  readonly #timer: ReturnType<typeof setInterval>;
  #shown = '';

  constructor(options: CoursePanelOptions) {
    this.#options = options;
    const words = t().course;
    this.element = h(
      'section',
      { class: 'course-panel', hidden: true, tabIndex: 0, attr: { 'aria-label': words.title } },
      h('h2', {}, words.title),
      this.#since,
      this.#people,
      h('section', {}, h('h3', {}, words.moments), this.#moments),
      this.#said,
      h('p', { class: 'course-hint' }, words.hint),
    );
    this.#timer = setInterval(() => {
      if (!this.element.hidden && !document.hidden) this.show();
    }, EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  show(): void {
    const { conversation, nameOf } = this.#options;
    const view = viewOf(conversation, nameOf);
    const { course, parts } = t();
    this.#since.textContent =
      view.startedAt === null ? course.nothing : course.since(timeOfDay(view.startedAt), clock(view.seconds));
    this.#showPeople(view);
    const { people, moments, words } = view;
    // Left alone while they are the same: whoever reads or selects is not disturbed.
    const shown = JSON.stringify([moments, words.length, words.at(-1), people.map(({ id }) => id)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#moments.replaceChildren(momentList({ people, moments: moments.slice(-MOST_LISTED) }, null, parts));
    const heard = words.slice(-MOST_LISTED);
    this.#said.replaceChildren(
      ...(heard.length > 0
        ? [h('h3', {}, course.said), transcript({ people, words: heard }, null, parts).element]
        : []),
    );
  }

  #showPeople({ people, seconds }: ConversationView): void {
    const here = new Set(people.map(({ participant }) => participant));
    for (const [participant, { element }] of this.#rows) {
      if (here.has(participant)) continue;
      element.remove();
      this.#rows.delete(participant);
    }
    for (const person of people) {
      const row = this.#row(person.participant, person.id);
      row.name.textContent = person.id;
      const { course, overlay } = t();
      const spoken = describeCourse(inParts(person, seconds, seconds), overlay);
      row.strip.show(course.of(person.id), overlay, inParts(person, seconds, PARTS), spoken);
    }
  }

  #row(participant: string, name: string): { name: HTMLElement; strip: CourseStrip } {
    const known = this.#rows.get(participant);
    if (known) return known;
    const strip = new CourseStrip();
    const label = h('span', {}, name);
    const row = { element: h('li', {}, label, strip.element), name: label, strip };
    this.#rows.set(participant, row);
    this.#people.append(row.element);
    return row;
  }
}
