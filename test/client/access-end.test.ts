import { expect, it } from 'vitest';
import { accessSentence } from '../../client/page/session/access-end.js';

it('the end of an access is told with its time, and with what is left to do', () => {
  const until = new Date(2026, 0, 2, 14, 5).getTime();
  const time = /\b(14.05|0?2.05)/;
  expect(accessSentence({ ended: false, until })).toMatch(time);
  const ended = accessSentence({ ended: true, until });
  expect(ended).toMatch(time);
  expect(ended).toContain('stop being analysed');
});
