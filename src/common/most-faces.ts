/** Faces before one camera that can be told apart, at most. */
export const MOST_FACES = 16;
