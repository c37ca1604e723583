export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Where a part of a picture lies on an element that shows the picture with `object-fit: cover`, centred.
 * @param box in fractions of the picture
 * @param picture the picture's own size, px
 * @param element the element's size, px
 * @param mirrored the element shows the picture flipped left to right
 * @returns px from the element's top left corner, cut at its edges; null when nothing of it is visible
 */
export function coverRect(
  box: Rect,
  picture: { width: number; height: number },
  element: { width: number; height: number },
  mirrored: boolean,
): Rect | null {
  if (picture.width <= 0 || picture.height <= 0 || element.width <= 0 || element.height <= 0) return null;
  const scale = Math.max(element.width / picture.width, element.height / picture.height);
  const shown = { width: picture.width * scale, height: picture.height * scale };
  const offset = { x: (element.width - shown.width) / 2, y: (element.height - shown.height) / 2 };
  const left = mirrored ? 1 - box.x - box.width : box.x;
  const x0 = Math.max(0, offset.x + left * shown.width);
  const y0 = Math.max(0, offset.y + box.y * shown.height);
  const x1 = Math.min(element.width, offset.x + (left + box.width) * shown.width);
  const y1 = Math.min(element.height, offset.y + (box.y + box.height) * shown.height);
  return x1 > x0 && y1 > y0 ? { x: x0, y: y0, width: x1 - x0, height: y1 - y0 } : null;
}
