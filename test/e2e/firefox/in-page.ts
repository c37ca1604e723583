/**
 * What runs in the page before its own scripts, as text (see ../support/in-page.ts): in place of the camera a moving portrait
 * of any shape, in place of the microphone a sentence that is said again and again. The browser's own (fake) devices are asked
 * for as well, so that permission goes its usual way.
 */
export function fakeCamera(options: { portrait: string; speech: string; width: number; height: number }): string {
  return `(${IN_PAGE})(${JSON.stringify(options)})`;
}

// A worker's timer goes on where the page is not in front; an element that is captured needs no loudspeaker.
const IN_PAGE = `({ portrait, speech, width, height }) => {
  if (!navigator.mediaDevices) return;
  window.devices = 0;
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const url = (data, type) => URL.createObjectURL(new Blob([data], { type }));
  const devices = navigator.mediaDevices;
  const real = devices.getUserMedia.bind(devices);
  const camera = async () => {
    const picture = await createImageBitmap(new Blob([bytes(portrait)], { type: 'image/png' }));
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    // Head and shoulders, swaying a little.
    const crop = Math.min(380, (380 * width) / height);
    let frame = 0;
    const draw = () => {
      const x = 35 + (380 - crop) / 2 + 4 * Math.sin(frame++ / 5);
      context.drawImage(picture, x, 2, crop, (crop * height) / width, 0, 0, width, height);
    };
    draw();
    // As many pictures as are looked at: two browsers draw them without a GPU.
    new Worker(url('setInterval(() => postMessage(0), 100)', 'text/javascript')).onmessage = draw;
    return canvas.captureStream(10);
  };
  const microphone = async () => {
    const audio = Object.assign(new Audio(url(bytes(speech), 'audio/wav')), { loop: true });
    const stream = audio.mozCaptureStream ? audio.mozCaptureStream() : audio.captureStream();
    window.speaking = audio;
    await audio.play();
    if (stream.getAudioTracks().length === 0) await new Promise((resolve) => (stream.onaddtrack = resolve));
    return new MediaStream(stream.getAudioTracks());
  };
  devices.getUserMedia = async (constraints) => {
    window.held = [...(window.held ?? []), await real(constraints)];
    const stream = await (constraints.video ? camera() : microphone());
    window.devices += 1;
    return stream;
  };
}`;

/** Writes down what the page says of its state and of the analysis. */
export const RECORD_STATES = `(() => {
  window.statesShown = new Set();
  new MutationObserver(() => {
    for (const element of document.querySelectorAll('.state, .analysis p')) window.statesShown.add(element.textContent);
  }).observe(document, { subtree: true, childList: true, characterData: true });
})()`;
