import { expect, it } from 'vitest';
import type { EmotionEvent } from '../../../client/lib/index.js';
import { installedModel, NO_MODEL } from '../../speech/support/model.js';
import { join, ownId } from '../support/browser.js';
import { EventLog } from '../support/event-log.js';
import type { Stage } from '../support/stage.js';

const strongest = ({ words }: EmotionEvent): string | undefined =>
  Object.entries(words.scores ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];

export function spokenWords(stage: () => Stage): void {
  const isInstalled = installedModel() !== null;
  if (!isInstalled) console.log(`skipped: ${NO_MODEL}`);

  it.skipIf(!isInstalled)(
    'an angry and a happy sentence at the microphone are words of an angry and a happy person, without a caption',
    async () => {
      const room = stage().room();
      const log = await EventLog.open(stage().server.url, room);
      const browser = await stage().browser(stage().moody);
      const page = await browser.open(stage().address(room));
      for (const name of ['Voice', 'Words']) await page.getByRole('switch', { name, exact: true }).click();
      await join(page, 'Cleo');
      const id = await ownId(page);
      // The sentences come in turn, so far apart that no event hears both.
      const events = await Promise.all(
        (['angry', 'happy'] as const).map((emotion) =>
          log.emotion(id, (event) => event.words.present && event.label === emotion && strongest(event) === emotion),
        ),
      );
      for (const { words } of events) expect(words).toMatchObject({ state: 'live', present: true });

      // Consent to words withdrawn: none are heard of (test/analysis/speech-live.test.ts: in the middle of a sentence, too).
      await page.getByRole('switch', { name: 'Words', exact: true }).click();
      await log.emotion(id, ({ words }) => words.state === 'off');
      const afterwards = await log.windows(id, 3);
      for (const { words } of afterwards) expect(words).toMatchObject({ state: 'off', present: false, scores: null });
      log.close();
    },
  );
}
