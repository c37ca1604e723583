/** How one's own seat in the call stands. */
export type CallStatus =
  | { state: 'joining' | 'joined' | 'reconnecting' }
  /** Over; the error says why, null when the person left. */
  | { state: 'ended'; error: Error | null };
