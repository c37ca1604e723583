import type { Doubt, Standing } from '../session/standing.js';
import { listed } from './words.js';

export interface AnalysisWords {
  /** Something is analysed, as far as is known. */
  tone: 'on' | 'off' | 'unknown';
  what: string;
  /** What may be left out where there is little room. */
  more: string;
  /** There is something to be withdrawn. */
  stop: boolean;
}

const DOUBTS: Record<Doubt, string> = {
  offline: 'This device has no network',
  silent: 'The server has been silent for some seconds',
  lost: 'The connection is lost',
};
const DEVICES = { face: 'camera', voice: 'microphone' } as const;

/** What is said of the analysis of oneself: nothing that cannot be known. */
export function analysisWords({ doubt, analysed, waiting, off, showWords }: Standing): AnalysisWords {
  const on = listed(analysed);
  if (doubt) {
    if (!on) return { tone: 'off', what: 'Nothing of you is analysed.', more: '', stop: false };
    const what = `${DOUBTS[doubt]}: it is not known whether you are being analysed.`;
    return { tone: 'unknown', what, more: `You agreed to: ${on}.`, stop: true };
  }
  const stuck = listed(waiting) && `Agreed to, but it does not get through: ${listed(waiting)}.`;
  const devices = (['face', 'voice'] as const).filter((modality) => off[modality]).map((modality) => DEVICES[modality]);
  const dark = devices.length > 0 && `Your ${devices.join(' and ')} ${devices.length > 1 ? 'are' : 'is'} off.`;
  const aside = [stuck, dark].filter(Boolean).join(' ');
  if (on) {
    const read = showWords ? ' and reads your words' : '';
    return {
      tone: 'on',
      what: `You are being analysed: ${on}.`,
      more: aside || `Everyone here sees the result${read}.`,
      stop: true,
    };
  }
  if (aside) return { tone: 'off', what: 'Nothing of you is analysed at the moment.', more: aside, stop: true };
  return { tone: 'off', what: 'Nothing of you is analysed.', more: '', stop: false };
}
