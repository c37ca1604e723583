import type { ServerInfo } from '../../lib/index.js';
import { t } from '../languages/current.js';
import { h } from './dom.js';

/** What will judge, for whoever runs the server; on pointing at it, why nothing better does. */
export function engineNote({ engine, engineDevice, passedOver }: ServerInfo): HTMLElement {
  const { engine: note, passedOver: better, whyNot } = t().lobby;
  const why = passedOver.map((one) => `${one.engine}: ${whyNot[one.why] ?? one.why}`).join('; ');
  return h('p', { class: 'hint', title: why && better(why) }, note(engine, engineDevice?.name ?? null));
}

/** What everybody should have read before they agree to anything. */
export function explanation(info: ServerInfo): HTMLElement {
  const words = t().lobby;
  return h(
    'div',
    { class: 'explanation' },
    h('p', {}, words.explanation),
    h('p', { class: 'legal' }, words.legal),
    engineNote(info),
  );
}
