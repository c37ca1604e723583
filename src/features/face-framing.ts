/**
 * How a detector's face box becomes the square that the face network sees. The square's side is `scale` × the larger side
 * of the box; its centre is the box's centre moved by (`offsetX`, `offsetY`) × that side, x to the right, y downwards.
 *
 * First guess, to be replaced by the measured framing of the training pictures (FER+), so that a live crop looks like them.
 */
export const FACE_FRAMING = { scale: 1.3, offsetX: 0, offsetY: 0 } as const;
