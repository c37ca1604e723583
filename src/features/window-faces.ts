import type { Timed } from '../streams/types.js';
import type { FaceObservation, TrackedFace } from './types.js';

type Frame = Timed<FaceObservation>;

/**
 * The pictures of a window as those of its main face: the one that came first in most of them, at a draw the later one. Where faces are
 * not told apart these are all pictures, as they are.
 */
export function mainFrames(frames: readonly Frame[]): readonly Frame[] {
  const counts = new Map<string, number>();
  for (const { value } of frames) if (value.id !== undefined) counts.set(value.id, (counts.get(value.id) ?? 0) + 1);
  let main: string | null = null;
  for (const [id, count] of counts) if (main === null || count >= counts.get(main)!) main = id;
  const id = main;
  return id === null ? frames : frames.flatMap((frame) => framesOf(frame, id));
}

/** The pictures of each other face of a window, by id. */
export function otherFrames(frames: readonly Frame[]): Map<string, Frame[]> {
  const main = mainFrames(frames)[0]?.value.id;
  const ids = new Set(
    frames.flatMap(({ value }) =>
      value.id === undefined ? [] : [value.id, ...(value.others ?? []).map(({ id }) => id)],
    ),
  );
  if (main !== undefined) ids.delete(main);
  return new Map([...ids].map((id) => [id, frames.flatMap((frame) => framesOf(frame, id))]));
}

/** A picture as one of this face; none where it is not in it. One whose first face it is stays what it is, with its marks. */
function framesOf(frame: Frame, id: string): Frame[] {
  if (frame.value.id === id) return [frame];
  const other = frame.value.others?.find((face) => face.id === id);
  return other ? [{ ...frame, value: asFirst(other) }] : [];
}

const asFirst = (face: TrackedFace): FaceObservation => ({ ...face, faces: 1 });
