/**
 * What keeps a track's media from being analysed although its owner consents. `not-connected`: no network path from the
 * sender (ICE or DTLS did not come about); `no-packets`: a path, but nothing comes over it. The others are limits of this
 * server that the track exceeded, for which its analysis (or the track) was stopped: `packet-rate`, `bitrate`,
 * `picture-size`, `pixel-rate`; `analysis-crash`: they ended the process that decodes them again and again; `overloaded`:
 * there is no room for one more at the moment, and analysis begins when there is. Browser-safe.
 */
export const MEDIA_PROBLEMS = [
  'not-connected',
  'no-packets',
  'packet-rate',
  'bitrate',
  'picture-size',
  'pixel-rate',
  'analysis-crash',
  'overloaded',
] as const;
export type MediaProblem = (typeof MEDIA_PROBLEMS)[number];

/** A problem that a later version has is told as one that this one has: nothing usable comes. */
export const knownProblem = (problem: string): MediaProblem =>
  (MEDIA_PROBLEMS as readonly string[]).includes(problem) ? (problem as MediaProblem) : 'no-packets';
