import { join } from 'node:path';
import { projectRoot } from '../../src/common/version.js';

/** A file of the project, from the source as from the compiled program. */
export const projectFile = (path: string): string => join(projectRoot(), path);
