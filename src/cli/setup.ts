import { Command } from 'commander';

/** `emostream setup`: what there is to do has been done when this runs, by bin/emostream.mjs as before any command. */
export function setupCommand(): Command {
  return new Command('setup')
    .description(
      'Bring what `serve` and the package need beside npm’s packages: mediasoup’s worker, models of voice and words.',
    )
    .action(() => console.log('All is set up.'));
}
