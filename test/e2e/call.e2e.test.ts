import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { accessEnds } from './cases/access-ends.js';
import { inTheBackground } from './cases/background.js';
import { blockedMedia } from './cases/blocked-media.js';
import { theCourse } from './cases/course.js';
import { failedSeat } from './cases/failed-seat.js';
import { oddMedia } from './cases/odd-media.js';
import { byRelay } from './cases/relay.js';
import { fromLobbyToLobby } from './cases/from-lobby-to-lobby.js';
import { manyPeople } from './cases/many-people.js';
import { movedCall } from './cases/moved-call.js';
import { moderation } from './cases/moderation.js';
import { muted } from './cases/muted.js';
import { thePage } from './cases/page.js';
import { screenSharing } from './cases/screen.js';
import { shown } from './cases/shown.js';
import { severalFaces } from './cases/several-faces.js';
import { recording } from './cases/recording.js';
import { spokenWords } from './cases/spoken-words.js';
import { subscribers } from './cases/subscribers.js';
import { subtitles } from './cases/subtitles.js';
import { twoPeople } from './cases/two-people.js';
import { Stage } from './support/stage.js';

// Real browsers encode, decode and draw here, several at once on few cores.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** One after the other in one file, so that no two of them compete for the processor. */
describe('the call in a real browser', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterEach(async () => {
    expect(await stage.clear()).toEqual([]);
  });
  afterAll(() => stage.close());

  twoPeople(() => stage);
  manyPeople(() => stage);
  fromLobbyToLobby(() => stage);
  screenSharing(() => stage);
  inTheBackground(() => stage);
  subtitles(() => stage);
  oddMedia(() => stage);
  blockedMedia(() => stage);
  muted(() => stage);
  failedSeat(() => stage);
  movedCall(() => stage);
  thePage(() => stage);
  theCourse(() => stage);
  spokenWords(() => stage);
  subscribers(() => stage);
  byRelay(() => stage);
  moderation(() => stage);
  severalFaces(() => stage);
  shown(() => stage);
  recording(() => stage);
  accessEnds(() => stage);
});
