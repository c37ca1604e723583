import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import { calibrationSchema, type Calibration } from '../inference/model-format.js';

const FILE = 'calibration.json';

/** Keeps what `train fusion` chose on validation data beside the weights. */
export async function writeCalibration(folder: string, calibration: Calibration): Promise<void> {
  await writeFile(join(folder, FILE), JSON.stringify(calibration, null, 2));
}

export async function readCalibration(folder: string): Promise<Calibration> {
  try {
    return calibrationSchema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));
  } catch (cause) {
    const message = `There is no calibration in ${folder}: run \`emostream train fusion\` first.`;
    throw new EmostreamError('NOT_FOUND', message, { cause });
  }
}
