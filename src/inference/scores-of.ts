import { validateInput } from './network/validate-input.js';
import type { EmotionScores, Engine, ModelInput } from './types.js';

/**
 * What an engine says of whole windows that nobody has checked yet: for all that is not the live path.
 * @throws EmostreamError WINDOW_INVALID when a shape is wrong or a value is not finite
 */
export async function scoresOf(engine: Pick<Engine, 'run'>, windows: readonly ModelInput[]): Promise<EmotionScores[]> {
  windows.forEach(validateInput);
  return (await engine.run(windows)).map(({ scores }) => scores);
}
