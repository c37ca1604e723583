import type { Health } from '../session/media-health.js';
import { h } from './dom.js';
import { mediaNotices } from './media-words.js';

/** What does not get through, and what to do. It stays until it is mended, and is read out at once. */
export class MediaNotice {
  readonly element = h('div', { class: 'media-notice', hidden: true, attr: { role: 'alert' } });

  show(health: Health): void {
    const notices = mediaNotices(health);
    const what = JSON.stringify(notices);
    if (this.element.dataset.what === what) return;
    this.element.dataset.what = what;
    this.element.hidden = notices.length === 0;
    this.element.replaceChildren(
      ...notices.map((notice) => h('p', {}, h('strong', {}, `${notice.what} `), notice.advice)),
    );
  }
}
