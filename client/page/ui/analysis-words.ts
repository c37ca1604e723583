import type { Consent, Modality, Source } from '../../lib/index.js';
import { MODALITIES } from '../../lib/index.js';
import { t } from '../languages/current.js';
import type { Standing } from '../session/standing.js';

export interface AnalysisWords {
  /** Something is analysed, as far as is known. */
  tone: 'on' | 'off' | 'unknown';
  what: string;
  /** What may be left out where there is little room. */
  more: string;
  /** There is something to be withdrawn. */
  stop: boolean;
}

const DEVICES = { face: 'camera', voice: 'microphone' } as const satisfies Partial<Record<Modality, Source>>;

const those = (consent: Consent): Modality[] => MODALITIES.filter((modality) => consent[modality]);

/** What is said of the analysis of oneself: nothing that cannot be known. */
export function analysisWords({ doubt, analysed, waiting, off, showWords }: Standing): AnalysisWords {
  const words = t().analysis;
  const on = those(analysed);
  if (doubt) {
    if (on.length === 0) return { tone: 'off', what: words.nothing, more: '', stop: false };
    return { tone: 'unknown', what: words.unknown(words.doubts[doubt]), more: words.agreed(on), stop: true };
  }
  const stuck = those(waiting);
  const devices = (['face', 'voice'] as const).filter((modality) => off[modality]).map((modality) => DEVICES[modality]);
  const aside = [stuck.length > 0 && words.stuck(stuck), devices.length > 0 && words.off(devices)]
    .filter(Boolean)
    .join(' ');
  if (on.length > 0) return { tone: 'on', what: words.on(on), more: aside || words.seen(showWords), stop: true };
  if (aside) return { tone: 'off', what: words.nothingNow, more: aside, stop: true };
  return { tone: 'off', what: words.nothing, more: '', stop: false };
}
