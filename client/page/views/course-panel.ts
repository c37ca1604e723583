import { describeCourse } from '../../lib/overlay/course.js';
import { CourseStrip } from '../../lib/overlay/course-strip.js';
import { clock } from '../../report/format.js';
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
    const hint =
      'As this page heard it, for two hours at most. It is kept nowhere else, and forgotten when you close the page, ' +
      'when somebody leaves, and when they take back their consent.';
    this.element = h(
      'section',
      { class: 'course-panel', hidden: true, tabIndex: -1, attr: { 'aria-label': 'The conversation so far' } },
      h('h2', {}, 'The conversation so far'),
      this.#since,
      this.#people,
      h('section', {}, h('h3', {}, 'Moments'), this.#moments),
      this.#said,
      h('p', { class: 'course-hint' }, hint),
    );
    this.#timer = setInterval(() => {
      if (!this.element.hidden) this.show();
    }, EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  show(): void {
    const { conversation, nameOf } = this.#options;
    const view = viewOf(conversation, nameOf);
    this.#since.textContent =
      view.startedAt === null
        ? 'Nothing was analysed so far.'
        : `Since ${new Date(view.startedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}, ${clock(view.seconds)}`;
    this.#showPeople(view);
    const { people, moments, words } = view;
    // Left alone while they are the same: whoever reads or selects is not disturbed.
    const shown = JSON.stringify([moments, words.length, words.at(-1), people.map(({ id }) => id)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#moments.replaceChildren(momentList({ people, moments: moments.slice(-MOST_LISTED) }, null));
    const heard = words.slice(-MOST_LISTED);
    this.#said.replaceChildren(
      ...(heard.length > 0 ? [h('h3', {}, 'What was said'), transcript({ people, words: heard }, null).element] : []),
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
      row.strip.show(inParts(person, seconds, PARTS), describeCourse(inParts(person, seconds, seconds)));
    }
  }

  #row(participant: string, name: string): { name: HTMLElement; strip: CourseStrip } {
    const known = this.#rows.get(participant);
    if (known) return known;
    const strip = new CourseStrip(`The conversation of ${name}`);
    const label = h('span', {}, name);
    const row = { element: h('li', {}, label, strip.element), name: label, strip };
    this.#rows.set(participant, row);
    this.#people.append(row.element);
    return row;
  }
}
