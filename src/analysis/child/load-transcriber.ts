import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmostreamError } from '../../common/errors.js';
import type { TranscriberFactory } from '../../streams/transcriber.js';

/**
 * Loads the module that the option `transcriber` names: a path, or a package.
 * @throws EmostreamError CONFIG_INVALID when it cannot be loaded or exports no `createTranscriber`
 */
export async function loadTranscriber(specifier: string): Promise<TranscriberFactory> {
  const isPath = isAbsolute(specifier) || specifier.startsWith('.');
  let module: { createTranscriber?: unknown };
  try {
    module = (await import(isPath ? pathToFileURL(resolve(specifier)).href : specifier)) as typeof module;
  } catch (cause) {
    throw new EmostreamError('CONFIG_INVALID', `transcriber: the module ${specifier} cannot be loaded`, { cause });
  }
  if (typeof module.createTranscriber !== 'function') {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `transcriber: the module ${specifier} exports no function createTranscriber`,
    );
  }
  return module.createTranscriber as TranscriberFactory;
}
