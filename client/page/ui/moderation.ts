import { h } from './dom.js';

export interface ModerationOptions {
  name: string;
  onRemove(): Promise<void>;
  onAllow(allowed: boolean): Promise<void>;
}

/** What a moderator can do about one person: two buttons on their tile. */
export function moderationButtons({ name, onRemove, onAllow }: ModerationOptions): HTMLElement {
  let allowed = true;
  const analysis = h('button', { type: 'button' });
  const show = () => {
    const text = allowed ? 'Stop analysis' : 'Allow analysis';
    analysis.textContent = text;
    // Who speaks to the page says what is written on it (WCAG 2.5.3).
    analysis.setAttribute('aria-label', `${text} of ${name}`);
  };
  show();
  const remove = h('button', { type: 'button', attr: { 'aria-label': `Remove ${name} from the call` } }, 'Remove');
  analysis.onclick = () => {
    void onAllow(!allowed).then(
      () => {
        allowed = !allowed;
        show();
      },
      // Told by whoever asked the server.
      () => undefined,
    );
  };
  remove.onclick = () => void onRemove().catch(() => undefined);
  return h('div', { class: 'moderation', attr: { role: 'group', 'aria-label': `Moderate ${name}` } }, analysis, remove);
}
