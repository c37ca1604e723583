import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import { projectRoot } from '../common/version.js';

/**
 * The program of the report's page, which is built with the call page.
 * @throws EmostreamError INSTALL_FAILED where it was not built
 */
export function reportScript(): string {
  const path = join(projectRoot(), 'dist', 'client', 'report.js');
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new EmostreamError('INSTALL_FAILED', 'The page of the report is not built: run `npm run build` first.', {
      cause,
    });
  }
}
