import { h } from '../ui/dom.js';
import type { ServerInfo } from '../../lib/index.js';

export const root = document.getElementById('app') as HTMLElement;
export const query = new URLSearchParams(location.search);
export const speech: ServerInfo['speech'] = {
  state: (query.get('speech') ?? 'on') as ServerInfo['speech']['state'],
  language: (query.get('speech') ?? 'on') === 'on' ? 'en' : null,
};

/** A page of text, as somebody may share it. */
export function slide(): MediaStream {
  const canvas = h('canvas', { width: 1600, height: 900 });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const draw = () => {
    context.fillStyle = '#f5f6f8';
    context.fillRect(0, 0, 1600, 900);
    context.fillStyle = '#1b2530';
    context.font = '64px system-ui';
    context.fillText('What we do next quarter', 90, 150);
    context.font = '34px system-ui';
    for (let line = 0; line < 11; line++)
      context.fillText(`${line + 1}.  A line that can be read`, 90, 250 + 56 * line);
  };
  draw();
  setInterval(draw, 500);
  return canvas.captureStream(5);
}

/** A slowly moving picture in place of a camera. */
export async function picture(): Promise<MediaStream> {
  const canvas = h('canvas', { width: 640, height: 480 });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = new Image();
  image.src = query.get('picture') ?? '';
  const loaded = await image.decode().then(
    () => true,
    () => false,
  );
  const draw = () => {
    context.fillStyle = '#45617f';
    context.fillRect(0, 0, 640, 480);
    const shift = Math.sin(performance.now() / 900) * 8;
    if (loaded) context.drawImage(image, 0, 0, image.width, image.height * 0.75, shift - 10, 0, 660, 495);
    requestAnimationFrame(draw);
  };
  draw();
  return canvas.captureStream(15);
}
