import { expect, it } from 'vitest';
import { accessible } from '../support/accessible.js';
import { join, tile } from '../support/browser.js';
import { clockAhead } from '../support/in-page.js';
import type { Stage } from '../support/stage.js';

export function moderation(stage: () => Stage): void {
  it('lets a moderator stop and allow somebody’s analysis, and remove them, and nobody else', async () => {
    const room = stage().room();
    const browser = await stage().browser(stage().person);
    // Her clock is ahead by more than the token's life: only the server's counts.
    const ada = await browser.open(await stage().invitation(room), {}, clockAhead(7_200_000));
    await ada.getByRole('switch', { name: 'Face' }).click();
    await join(ada, 'Ada');
    const mod = await browser.open(await stage().invitation(room, { moderate: true }));
    await join(mod, 'Mo');
    await tile(mod, 'Ada').getByText('Analysis on').waitFor();
    expect(await ada.getByRole('group', { name: /^Moderate/ }).count()).toBe(0);

    await mod.getByRole('button', { name: 'Stop analysis of Ada' }).click();
    await ada.getByText('A moderator has stopped your analysis.').waitFor();
    await accessible(ada);
    await accessible(mod);
    await tile(mod, 'Ada').getByText('Analysis off').first().waitFor();

    // Allowed again, it is hers to switch on.
    await mod.getByRole('button', { name: 'Allow analysis of Ada' }).click();
    await ada.getByText('A moderator lets you be analysed again').waitFor();
    expect(await tile(mod, 'Ada').getByText('Analysis on').count()).toBe(0);
    await ada.getByRole('switch', { name: 'Face' }).click();
    await tile(mod, 'Ada').getByText('Analysis on').waitFor();

    // Put out she is told so, does not come back by herself, and is gone for the others.
    await mod.getByRole('button', { name: 'Remove Ada from the call' }).click();
    await ada.getByText('you were removed from the call').waitFor();
    await accessible(ada);
    await tile(mod, 'Ada').waitFor({ state: 'detached' });
  });
}
