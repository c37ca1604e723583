import type { Emotion } from '../../../src/common/emotions.js';
import type { Rect } from './box.js';

/** A box around a face, and what is said at it. */
export interface FaceBox {
  /** In the element, px; null: it is out of sight. */
  rect: Rect | null;
  emotion: Emotion | null;
  text: string | null;
}

function makeBox(): { box: HTMLElement; tag: HTMLElement } {
  const [box, tag] = [document.createElement('div'), document.createElement('span')];
  box.className = 'box';
  tag.className = 'tag';
  box.append(tag);
  return { box, tag };
}

/** The boxes around faces: each stays with its face, so that it moves where that one moves. */
export class FaceBoxes {
  readonly element = document.createElement('div');
  readonly #boxes = new Map<string, ReturnType<typeof makeBox>>();

  constructor() {
    this.element.className = 'faces';
  }

  /** @param faces by id */
  show(faces: ReadonlyMap<string, FaceBox>): void {
    for (const [id, { box }] of this.#boxes) {
      if (faces.has(id)) continue;
      box.remove();
      this.#boxes.delete(id);
    }
    for (const [id, face] of faces) this.#place(id, face);
  }

  #place(id: string, { rect, emotion, text }: FaceBox): void {
    let made = this.#boxes.get(id);
    if (!made) {
      this.#boxes.set(id, (made = makeBox()));
      this.element.append(made.box);
    }
    const { box, tag } = made;
    tag.textContent = text ?? '';
    box.classList.toggle('shown', rect !== null);
    box.classList.toggle('tagged', text !== null);
    box.style.setProperty('--emo-accent', emotion ? `var(--emo-${emotion})` : '');
    if (!rect) return;
    box.style.width = `${rect.width}px`;
    box.style.height = `${rect.height}px`;
    box.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
  }
}
