/** An example in a participant's track, and the windows in which the call's answer to it is looked for. */
export interface Appearance {
  example: number;
  /** Starts of windows, ms from the whole second at which the track begins. */
  windows: number[];
  /** When it begins, ms from the same second. */
  startMs: number;
}
