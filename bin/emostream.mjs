#!/usr/bin/env node
/**
 * `npx emostream COMMAND`: sets up what is missing, then starts the program with the Node that it needs, whatever Node this
 * was started with. Standard output is the program's alone.
 */
import { join } from 'node:path';
import { execute } from '../scripts/setup/execute.mjs';
import { SetupError } from '../scripts/setup/failure.mjs';
import { ROOT } from '../scripts/setup/locations.mjs';
import { setUp } from '../scripts/setup/plan.mjs';

/** Commands that touch no media: they need neither mediasoup's worker nor the media library. */
const LIGHT = ['watch', 'token', 'help', '--help', '-h', '--version', '-V'];

const args = process.argv.slice(2);
try {
  const { node } = await setUp(ROOT, LIGHT.includes(args[0] ?? '--help') ? 'build' : 'serve');
  process.exitCode = await execute(node, [join(ROOT, 'dist', 'src', 'cli', 'main.js'), ...args]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.describe());
  process.exitCode = 1;
}
