/** What the measurement runs inside the pages, as text: its own types are Node's. */

/**
 * Before the page's own scripts: the camera is a canvas, dark until `flash()` shows a face on it. There is no microphone.
 * @param picture address of the face's picture
 */
export const canvasCamera = (picture: string): string => `(() => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 480];
  const context = canvas.getContext('2d');
  const face = new Image();
  face.src = ${JSON.stringify(picture)};
  let shown = false;
  const draw = () => {
    context.fillStyle = '#000';
    context.fillRect(0, 0, 640, 480);
    if (shown) context.drawImage(face, 0, 0, face.width, face.width * 0.75, 0, 0, 640, 480);
  };
  // A canvas gives a picture when it is drawn on.
  setInterval(draw, 40);
  window.flash = (on) => {
    shown = on;
    draw();
    return performance.timeOrigin + performance.now();
  };
  navigator.mediaDevices.getUserMedia = ({ video }) =>
    video ? Promise.resolve(canvas.captureStream(25)) : Promise.reject(new DOMException('', 'NotFoundError'));
})()`;

/**
 * In the page that looks on: `nextShown()` resolves when the overlay's frame around a face, gone until then, is painted, with the
 * time of that, and the end of the second that it shows.
 */
export const WATCH_OVERLAY = `(() => {
  window.faceSecond = null;
  customElements.whenDefined('emo-overlay').then(() => {
    const { prototype } = customElements.get('emo-overlay');
    const push = prototype.push;
    prototype.push = function (event) {
      if (event.type === 'emotion') window.faceSecond = event.face.present ? event.window.end : null;
      return push.call(this, event);
    };
  });
  const box = (name) => document.querySelector('.tile[data-name="' + name + '"] emo-overlay')?.shadowRoot.querySelector('.box.shown');
  // Styles and layout come after the frame's callbacks, the paint after them; what is posted in one comes after the paint.
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
    port2.postMessage(null);
  }));
  const until = (name, wanted) => new Promise((resolve) => {
    const look = () => {
      if (Boolean(box(name)) !== wanted) return false;
      observer.disconnect();
      resolve();
      return true;
    };
    const observer = new MutationObserver(look);
    const root = document.querySelector('.tile[data-name="' + name + '"] emo-overlay').shadowRoot;
    if (!look()) observer.observe(root, { subtree: true, attributes: true, childList: true });
  });
  window.nextDark = (name) => until(name, false);
  window.nextShown = async (name) => {
    await until(name, true);
    const secondEndMs = window.faceSecond;
    return { shownMs: await painted(), secondEndMs };
  };
})()`;
