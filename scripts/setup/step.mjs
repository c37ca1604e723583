/**
 * What a command needs of the set-up.
 * - `packages`: Node and the npm packages
 * - `worker`: these, and mediasoup's worker: a stage of an image that changes seldom (Dockerfile)
 * - `build`: the packages, and the compiled program and page
 * - `serve`: all of that, the media library and the models that hear voices and words
 * - `test`: also the browsers
 * @typedef {'packages' | 'worker' | 'build' | 'serve' | 'test'} Need
 */

/**
 * One thing that must be there; of the `checkout` alone: npm has done it for an installed package, or nobody needs it there. `reason` looks whether it is (quickly: it runs at every start) and says why not; `work`
 * makes it so, or throws a SetupError.
 * @typedef {{ title: string, for: Need, checkout?: true, reason: (at: Context) => string | undefined, work: (at: Context) => Promise<void> | void }} Step
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
export const NEEDS = ['packages', 'worker', 'build', 'serve', 'test'];

/** Whether a command that needs `need` takes a step that is for `step`. @param {Need} need @param {Need} step */
export function includes(need, step) {
  if (need === 'build' && step === 'worker') return false;
  return NEEDS.indexOf(step) <= NEEDS.indexOf(need);
}
