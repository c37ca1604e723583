import { t } from '../languages/current.js';
import { canShareScreen, type ScreenShare } from '../session/screen-share.js';
import type { Announcer } from '../ui/announcer.js';
import { ScreenNotice } from '../ui/screen-notice.js';
import type { Shortcut } from '../ui/shortcuts.js';
import { type Toggle, toolToggle } from './toolbar.js';

/** The button that shares one's screen, and what is said while it is shared. */
export class ScreenSharing {
  /** Null: from here no screen can be shared. */
  readonly tool: Toggle | null;
  readonly notice: ScreenNotice;
  readonly #screen: ScreenShare;
  readonly #announcer: Announcer;
  readonly #stop: () => void;
  #closed = false;
  #doubt = false;

  constructor(screen: ScreenShare, announcer: Announcer) {
    this.#screen = screen;
    this.#announcer = announcer;
    this.tool = canShareScreen() ? toolToggle('screen', t().screen.tool, () => void this.#toggle()) : null;
    this.tool?.element.setAttribute('aria-keyshortcuts', 's');
    this.notice = new ScreenNotice(() => {
      screen.stop();
      // The button that was pressed is gone.
      this.tool?.element.focus();
    });
    this.#stop = screen.on('change', () => this.#show());
    this.#show();
  }

  /** None where no screen can be shared. */
  get shortcuts(): Shortcut[] {
    return this.tool ? [{ key: 's', what: t().screen.key, run: () => void this.#toggle() }] : [];
  }

  async #toggle(): Promise<void> {
    if (this.#screen.track) return this.#screen.stop();
    try {
      if (!(await this.#screen.start()) && !this.#closed) this.#announcer.say(t().screen.none);
    } catch {
      if (!this.#closed) this.#announcer.say(t().screen.failed, 'problem');
    }
  }

  /** Whether it cannot be known who sees anything. */
  set doubt(doubt: boolean) {
    if (this.#doubt === doubt) return;
    this.#doubt = doubt;
    this.#show();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #show(): void {
    const shared = this.#screen.track !== null;
    this.notice.show(shared, this.#doubt);
    // Not to share is what is usual, and no warning.
    this.tool?.element.setAttribute('aria-pressed', String(shared));
  }
}
