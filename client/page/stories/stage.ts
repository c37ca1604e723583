import { h } from '../ui/dom.js';
import type { ServerInfo } from '../../lib/index.js';

export const root = document.getElementById('app') as HTMLElement;
export const query = new URLSearchParams(location.search);
export const speech: ServerInfo['speech'] = {
  state: (query.get('speech') ?? 'on') as ServerInfo['speech']['state'],
  language: (query.get('speech') ?? 'on') === 'on' ? 'en' : null,
};

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
