/** Moved: the engine serves calls too. */
export { addonFile, engineFolder } from '../inference/engine-install/paths.js';
