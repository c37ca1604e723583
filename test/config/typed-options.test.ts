import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { optionsInterface } from '../../src/config/typed-options.js';

it('the typed options are the schema’s', () => {
  const written = readFileSync(projectFile('src/embed/config-options.ts'), 'utf8');
  expect(written, 'run `npm run docs`').toBe(optionsInterface());
  for (const field of [
    'httpPort?: number',
    'openDoor?: boolean',
    'allowedOrigins?: readonly string[]',
    "speech?: 'on' | 'off'",
  ]) {
    expect(written).toContain(`  ${field} | undefined;\n`);
  }
});
