import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the driver of an NVIDIA GPU makes, in containers too; the last is Windows' own way into its Linux. */
const DEVICES = ['/dev/nvidiactl', '/dev/dxg'];

/** Whether an NVIDIA driver is at work here; its GPU may still be taken or too old. */
export const hasNvidiaDriver = (): boolean => DEVICES.some((path) => existsSync(path));

/** What its driver calls the first GPU. */
export function nvidiaName(folder = '/proc/driver/nvidia/gpus'): string {
  try {
    for (const gpu of readdirSync(folder)) {
      const model = /^Model:\s*(.+)$/mu.exec(readFileSync(join(folder, gpu, 'information'), 'utf8'))?.[1];
      if (model) return model.trim();
    }
  } catch {
    // Only a name: a driver that tells none is as good.
  }
  return 'NVIDIA GPU';
}
