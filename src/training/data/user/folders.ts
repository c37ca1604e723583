import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EmostreamError } from '../../../common/errors.js';
import { USER_CORPUS_NAMES, type UserCorpusName } from '../user-corpora.js';

const isUserCorpus = (name: string): name is UserCorpusName => (USER_CORPUS_NAMES as readonly string[]).includes(name);

/**
 * `NAME=FOLDER` of the command line.
 * @throws EmostreamError CONFIG_INVALID when it is none, or a name is unknown or comes twice
 */
export function parseCorpusFolders(given: readonly string[]): Map<UserCorpusName, string> {
  const folders = new Map<UserCorpusName, string>();
  for (const text of given) {
    const [, name, folder] = /^([^=]*)=(.+)$/su.exec(text) ?? [];
    const refuse = (why: string): never => {
      throw new EmostreamError('CONFIG_INVALID', `--corpus ${text}: ${why}`);
    };
    if (name === undefined || folder === undefined) return refuse('give it as NAME=FOLDER, e.g. cremad=/data/CREMA-D.');
    if (!isUserCorpus(name)) return refuse(`there is no "${name}"; known are ${USER_CORPUS_NAMES.join(', ')}.`);
    if (folders.has(name)) return refuse(`${name} is given twice.`);
    // A shell replaces the tilde at the start of a word only.
    folders.set(name, folder.startsWith('~/') ? join(homedir(), folder.slice(2)) : folder);
  }
  return folders;
}

/** @throws EmostreamError NOT_FOUND when one of the folders is none */
export async function checkCorpusFolders(folders: ReadonlyMap<UserCorpusName, string>): Promise<void> {
  for (const [name, folder] of folders) {
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory()) throw new EmostreamError('NOT_FOUND', `${name}: there is no folder ${folder}.`);
  }
}
