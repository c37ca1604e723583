import type { ServerInfo } from '../../lib/index.js';
import { h } from './dom.js';

/** What will judge, for whoever runs the server; on pointing at it, why nothing better does. */
export function engineNote({ engine, engineDevice, passedOver }: ServerInfo): HTMLElement {
  const on = engineDevice ? ` on ${engineDevice.name}` : '';
  const why = passedOver.map((one) => `${one.engine}: ${WHY_NOT[one.why] ?? one.why}`).join('; ');
  const title = why ? `Better engines that are not in use: ${why}.` : '';
  return h('p', { class: 'hint', title }, `Analysis runs by ${engine}${on}.`);
}

const WHY_NOT: Record<string, string> = {
  missing: 'not here',
  'software-gpu': 'no real GPU',
  failed: 'does not start',
  lost: 'lost while running',
};

/** What everybody should have read before they agree to anything. */
export function explanation(info: ServerInfo): HTMLElement {
  return h(
    'div',
    { class: 'explanation' },
    h(
      'p',
      {},
      'Everyone who enters the same room is in the same call. What is analysed you can change at any time during it: off means off at once. Everyone in the room sees the result on your picture, every second. Pictures, sound and words are analysed on this server as they pass; they are never stored. The result is a machine’s estimate and can be wrong.',
    ),
    h(
      'p',
      { class: 'legal' },
      'Emotion recognition at work or in education is forbidden in the European Union (AI Act, Article 5). Whoever runs this server is responsible for its lawful use.',
    ),
    engineNote(info),
  );
}
