import type { MediaProblem, Source } from '../../lib/index.js';
import { type Health, isProblem } from '../session/media-health.js';

export interface Notice {
  /** What does not work. */
  what: string;
  /** What to do about it. */
  advice: string;
}

const SOURCES = ['camera', 'microphone'] as const;
const FROM = { camera: 'picture comes from your camera', microphone: 'sound comes from your microphone' } as const;
const NETWORK =
  'A firewall, a VPN or a proxy may be in the way: switch the VPN off, or try another network or browser. If it stays so, ' +
  'tell whoever runs this server that media find no way to it.';

/** What of oneself and of the others does not get through, in words for somebody who knows nothing of networks. */
export function mediaNotices(health: Health): Notice[] {
  const cut = SOURCES.filter((source) => health[source] === 'not-connected');
  const notices: Notice[] = [];
  if (cut.length > 0) {
    const both = cut.length === 2 || !health.receiving;
    notices.push({
      what: `Your ${cut.join(' and ')} ${cut.length > 1 ? 'do' : 'does'} not reach the server: nobody ${sense(cut)} you${
        both && !health.receiving ? ', and you cannot see or hear them' : ''
      }.`,
      advice: NETWORK,
    });
  } else if (!health.receiving) {
    notices.push({ what: 'You cannot see or hear the others: what they send does not reach you.', advice: NETWORK });
  }
  for (const source of SOURCES) {
    const problem = health[source];
    if (isProblem(problem) && problem !== 'not-connected') notices.push(sourceNotice(source, problem));
  }
  return notices;
}

const sense = (sources: readonly Source[]): string =>
  sources.length > 1 ? 'sees or hears' : sources[0] === 'camera' ? 'sees' : 'hears';

function sourceNotice(source: Source, problem: Exclude<MediaProblem, 'not-connected'>): Notice {
  switch (problem) {
    case 'no-packets':
      return {
        what: `No ${FROM[source]}.`,
        advice: `Switch it off and on again, or choose another under Devices. Another program may be using it.`,
      };
    case 'picture-size':
    case 'pixel-rate':
      return {
        what: 'Your camera’s picture is too large to be analysed.',
        advice: 'Choose another camera under Devices, or set a smaller picture where you chose this one.',
      };
    case 'packet-rate':
    case 'bitrate':
      return {
        what: `Your ${source} sends more than this server takes, so it was stopped.`,
        advice: `Choose another ${source} under Devices, or leave and join again.`,
      };
    case 'overloaded':
      return {
        what: 'This server has no room to analyse one more person at the moment.',
        advice: 'The call goes on, and analysis begins by itself when there is room.',
      };
    case 'analysis-crash':
      return {
        what: `Your ${source} is not analysed any more: what it sends ended the analysis again and again.`,
        advice: 'The call goes on. Another device or browser may do better.',
      };
  }
}

/**
 * What the others are told of somebody, in a few words on the tile.
 * @param unshowable what of theirs is in a form that this browser does not know
 */
export function peerProblem(
  problems: ReadonlyMap<Source, MediaProblem>,
  unshowable: ReadonlySet<Source> = new Set(),
): string | null {
  const from = SOURCES.filter((source) => problems.has(source));
  if (from.length === 0) {
    if (unshowable.has('camera')) return 'this browser cannot show their picture';
    return unshowable.has('microphone') ? 'this browser cannot play their sound' : null;
  }
  if (from.length === 2) return 'no picture or sound gets through';
  return from[0] === 'camera' ? 'no picture gets through' : 'no sound gets through';
}
