import { t } from '../languages/current.js';
import { named } from '../languages/named.js';
import { h } from './dom.js';

export interface ModerationOptions {
  name: string;
  onRemove(): Promise<void>;
  onAllow(allowed: boolean): Promise<void>;
}

/** What a moderator can do about one person: two buttons on their tile. */
export function moderationButtons({ name, onRemove, onAllow }: ModerationOptions): HTMLElement {
  const words = t().moderation;
  const who = named(name);
  let allowed = true;
  const analysis = h('button', { type: 'button' });
  const show = () => {
    analysis.textContent = allowed ? words.stop : words.allow;
    analysis.setAttribute('aria-label', allowed ? words.stopOf(who) : words.allowOf(who));
  };
  show();
  const remove = h('button', { type: 'button', attr: { 'aria-label': words.removeOf(who) } }, words.remove);
  /** One after the other: pressed twice, it is not taken back by what was meant as the same. */
  let asking = false;
  const ask = async (what: () => Promise<void>) => {
    if (asking) return;
    asking = true;
    // What failed is told by whoever asked the server.
    await what().catch(() => undefined);
    asking = false;
  };
  analysis.onclick = () =>
    void ask(async () => {
      await onAllow(!allowed);
      allowed = !allowed;
      show();
    });
  remove.onclick = () => void ask(onRemove);
  return h('div', { class: 'moderation', attr: { role: 'group', 'aria-label': words.group(who) } }, analysis, remove);
}
