import { checkBrowser, findBrowser } from './browser.mjs';
import { projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/** Debian's package. */
export const CHROMIUM_PACKAGE = 'chromium';

/** @type {import('./browser.mjs').BrowserKind} */
const CHROMIUM = {
  name: 'Chromium',
  variable: 'CHROMIUM_PATH',
  programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  remedy: 'install Chromium or Chrome',
};

/** @param {NodeJS.ProcessEnv} [env] */
export const findChromium = (env = process.env) => findBrowser(CHROMIUM, env);

/** @param {NodeJS.ProcessEnv} [env] @returns {string} its path */
export const checkChromium = (env = process.env) => checkBrowser(CHROMIUM, env);

/** @type {import('./step.mjs').Step} */
export const chromiumStep = {
  title: 'Chromium for the tests',
  for: 'test',
  checkout: true,
  reason: ({ root }) => {
    const path = findChromium();
    return path && readState(projectPaths(root).state).chromium?.path === path ? undefined : 'does it start?';
  },
  work: ({ root }) => writeState(projectPaths(root).state, { chromium: { path: checkChromium() } }),
};
