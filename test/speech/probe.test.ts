import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultModelFolder, probeModel } from '../../src/speech/index.js';
import { MODEL_FILE } from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const there = existsSync(join(defaultModelFolder(), MODEL_FILE));
if (!there) console.warn('Models are not tried: there is no speech model (npx emostream speech install).');

it.runIf(there)('a model that loads is let pass', async () => {
  await expect(probeModel(defaultModelFolder())).resolves.toBeUndefined();
});

it.runIf(there)('one that sherpa-onnx would end the process for is an error that says so', async () => {
  const folder = temporaryFolder();
  cpSync(defaultModelFolder(), folder, { recursive: true });
  writeFileSync(join(folder, 'encoder_model.ort'), 'this is no model');
  await expect(probeModel(folder)).rejects.toMatchObject({
    code: 'SPEECH_UNAVAILABLE',
    message: expect.stringMatching(/does not load the model in .*\. \S+/) as string,
  });
});
