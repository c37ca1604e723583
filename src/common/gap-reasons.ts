/** Why a second of somebody who is analysed has no event. Browser-safe. */
export const GAP_REASONS = ['overloaded', 'engine-failed', 'analysis-restarted', 'consent-changed'] as const;
export type GapReason = (typeof GAP_REASONS)[number];
