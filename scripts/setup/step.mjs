/**
 * What a command needs of the set-up; each includes what stands before it.
 * - `packages`: Node and the npm packages
 * - `build`: also the compiled program and page
 * - `serve`: also mediasoup's worker, the media library and the models that hear voices and words
 * - `test`: also the browsers
 * @typedef {'packages' | 'build' | 'serve' | 'test'} Need
 */

/**
 * One thing that must be there. `reason` looks whether it is (quickly: it runs at every start) and says why not; `work`
 * makes it so, or throws a SetupError.
 * @typedef {{ title: string, for: Need, reason: (at: Context) => string | undefined, work: (at: Context) => Promise<void> | void }} Step
 */

/**
 * What the steps share.
 * @typedef {object} Context
 * @property {string} root the project's folder
 * @property {Need} need what the command needs
 * @property {import('./progress.mjs').Progress} progress
 * @property {string} node the Node that runs the project; empty until there is one
 * @property {boolean} mustBuildWorker whether the worker could not be downloaded
 */

/** From the least to the most. @type {readonly Need[]} */
export const NEEDS = ['packages', 'build', 'serve', 'test'];

/** Whether a command that needs `need` takes a step that is for `step`. @param {Need} need @param {Need} step */
export function includes(need, step) {
  return NEEDS.indexOf(step) <= NEEDS.indexOf(need);
}
