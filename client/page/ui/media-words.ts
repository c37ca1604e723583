import type { MediaProblem, Source } from '../../lib/index.js';
import { t } from '../languages/current.js';
import { type Health, isProblem } from '../session/media-health.js';

export interface Notice {
  /** What does not work. */
  what: string;
  /** What to do about it. */
  advice: string;
}

const SOURCES = ['camera', 'microphone'] as const;

/** What of oneself and of the others does not get through, in words for somebody who knows nothing of networks. */
export function mediaNotices(health: Health): Notice[] {
  const { media } = t();
  const cut = SOURCES.filter((source) => health[source] === 'not-connected');
  const notices: Notice[] = [];
  if (cut.length > 0) notices.push({ what: media.cut(cut, !health.receiving), advice: media.network });
  else if (!health.receiving) notices.push({ what: media.deaf, advice: media.network });
  for (const source of SOURCES) {
    const problem = health[source];
    if (isProblem(problem) && problem !== 'not-connected') notices.push(media.problem(source, problem));
  }
  return notices;
}

/**
 * What the others are told of somebody, in a few words on the tile.
 * @param unshowable what of theirs is in a form that this browser does not know
 */
export function peerProblem(
  problems: ReadonlyMap<Source, MediaProblem>,
  unshowable: ReadonlySet<Source> = new Set(),
): string | null {
  const { peers } = t().media;
  const [from, other] = SOURCES.filter((source) => problems.has(source));
  if (from) return other ? peers.both : peers[from];
  if (unshowable.has('camera')) return peers.unshowable;
  return unshowable.has('microphone') ? peers.unplayable : null;
}
