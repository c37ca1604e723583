import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { join } from '../../test/e2e/support/browser.js';
import { projectFile } from '../support/project-file.js';
import { canvasCamera, WATCH_OVERLAY } from './in-page.js';

/** Opens a page in a browser. */
export type Open = (url: string, script: string) => Promise<Page>;

export interface Shown {
  /** From the moment at which the face was drawn to the paint of the overlay that shows it, ms. */
  sinceFlashMs: number;
  /** From the end of the second that the overlay shows to its paint, ms. */
  sinceSecondMs: number;
}

const NAME = 'Flash';

/** Two people in a call: one before whose camera a face appears and goes, and one who looks at the overlay. */
export class FlashCall {
  readonly #sender: Page;
  readonly #viewer: Page;

  private constructor(sender: Page, viewer: Page) {
    this.#sender = sender;
    this.#viewer = viewer;
  }

  /** @param address of a room's page */
  static async join(open: Open, address: string): Promise<FlashCall> {
    const picture = `data:image/png;base64,${readFileSync(projectFile('test/fixtures/astronaut.png')).toString('base64')}`;
    const sender = await open(address, canvasCamera(picture));
    await sender.getByRole('switch', { name: 'Face' }).click();
    await join(sender, NAME);
    const viewer = await open(address, WATCH_OVERLAY);
    await join(viewer, 'Viewer');
    await viewer.locator(`.tile[data-name="${NAME}"] emo-overlay[data-status="live"]`).waitFor();
    return new FlashCall(sender, viewer);
  }

  /**
   * A face appears, and is waited for; then it goes.
   * @param waitMs how long the camera stays dark before, besides what the overlay needs to say so: flashes at any moment of a second
   */
  async flash(waitMs: number): Promise<Shown> {
    await this.#viewer.evaluate(`nextDark('${NAME}')`);
    await this.#viewer.waitForTimeout(waitMs);
    const shown = this.#viewer.evaluate<{ shownMs: number; secondEndMs: number }>(`nextShown('${NAME}')`);
    const flashMs = await this.#sender.evaluate<number>('flash(true)');
    const { shownMs, secondEndMs } = await shown;
    await this.#sender.evaluate('flash(false)');
    return { sinceFlashMs: shownMs - flashMs, sinceSecondMs: shownMs - secondEndMs };
  }
}
