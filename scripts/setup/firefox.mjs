import { checkBrowser, findBrowser } from './browser.mjs';
import { projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/** Debian's package. */
export const FIREFOX_PACKAGE = 'firefox-esr';

/** @type {import('./browser.mjs').BrowserKind} */
const FIREFOX = {
  name: 'Firefox',
  variable: 'FIREFOX_PATH',
  programs: ['firefox-esr', 'firefox'],
  remedy: 'install Firefox',
};

/** @param {NodeJS.ProcessEnv} [env] */
export const findFirefox = (env = process.env) => findBrowser(FIREFOX, env);

/** @param {NodeJS.ProcessEnv} [env] @returns {string} its path */
export const checkFirefox = (env = process.env) => checkBrowser(FIREFOX, env);

/** @type {import('./step.mjs').Step} */
export const firefoxStep = {
  title: 'Firefox for the tests',
  for: 'test',
  checkout: true,
  reason: ({ root }) => {
    const path = findFirefox();
    return path && readState(projectPaths(root).state).firefox?.path === path ? undefined : 'does it start?';
  },
  work: ({ root }) => writeState(projectPaths(root).state, { firefox: { path: checkFirefox() } }),
};
