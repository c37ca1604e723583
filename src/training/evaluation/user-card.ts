import { USER_CORPORA, USER_CORPUS_NAMES, type UserCorpusName } from '../data/user-corpora.js';

/** What the model card says of corpora of users; all of it is empty where none was trained on. */

const namesIn = (titles: readonly string[]): UserCorpusName[] =>
  USER_CORPUS_NAMES.filter((name) => titles.includes(USER_CORPORA[name].title));

/** Flags of `data prepare`. */
export const userFlags = (titles: readonly string[]): string =>
  namesIn(titles)
    .map((name) => ` --corpus ${name}=FOLDER`)
    .join('');

/** Which data they are, as an item of the list. */
export function userData(titles: readonly string[]): string {
  const items = namesIn(titles).map((name) => {
    const { title, testPart } = USER_CORPORA[name];
    return `- In addition the training part of ${title}, which neither chose the epoch nor calibrated anything. Its test part: ${testPart}.\n`;
  });
  return items.join('');
}

/** Rows of the table of terms. */
export const userTerms = (titles: readonly string[]): string =>
  namesIn(titles)
    .map((name) => `| ${USER_CORPORA[name].title} (${USER_CORPORA[name].cite}) | ${USER_CORPORA[name].terms} |\n`)
    .join('');

/** What their terms forbid of the weights. */
export function restrictions(titles: readonly string[]): string {
  const bound = namesIn(titles).flatMap((name) => (USER_CORPORA[name].commercial ? [] : [USER_CORPORA[name].title]));
  if (bound.length === 0) return '';
  return ` **${bound.join(', ')}: the terms do not allow commercial use, of the weights neither; ask the owners before you give them on.**`;
}
