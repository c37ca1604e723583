/**
 * What the tests run inside the page, as text: the tests' own types are Node's, and the browser's globals would hide
 * mistakes in everything else.
 */

/** Text by which a screen reader would call the focused element. */
export const FOCUSED_NAME = `(() => {
  const element = document.activeElement;
  if (element === document.body) return '';
  return [element?.labels?.[0]?.textContent, element?.getAttribute('aria-label'), element?.textContent].join(' ');
})()`;

/** Pixels by which the page is wider than the screen. */
export const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** What a driver that hangs looks like: the own camera's track is there, and no picture comes. */
export const FREEZE_CAMERA = `document.querySelector('.tile.own video').srcObject.getVideoTracks().forEach((track) => track.stop())`;

/** The size of the video in a participant's tile, once three new pictures were presented (the first may be a still one). */
export const threePictures = (name: string): string => `new Promise((resolve) => {
  const video = document.querySelector('.tile[data-name="${name}"] video');
  let seen = 0;
  const count = () => {
    if (++seen === 3) resolve({ width: video.videoWidth, height: video.videoHeight });
    else video.requestVideoFrameCallback(count);
  };
  video.requestVideoFrameCallback(count);
})`;

/** What a page does that embeds the overlay: the script, an element, a feed. */
export const EMBED_OVERLAY = `async ({ room, participant }) => {
  const { connectOverlays, EmotionFeed, requestToken } = await import('/emostream.js');
  const overlay = document.createElement('emo-overlay');
  overlay.setAttribute('participant', participant);
  document.body.append(overlay);
  const { token } = await requestToken(location.origin, room);
  const feed = new EmotionFeed({ server: location.origin, token });
  connectOverlays(feed);
  await feed.start();
}`;
