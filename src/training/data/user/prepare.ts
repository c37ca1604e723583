import type { Modality } from '../../../common/emotions.js';
import { EmostreamError } from '../../../common/errors.js';
import { skip, type Listing } from '../corpora/item.js';
import { progressOf } from '../../progress.js';
import type { Split } from '../../splits.js';
import { USER_CORPORA, userSet, type UserCorpusName } from '../user-corpora.js';
import { faceKind } from './face.js';
import { checkCorpusFolders } from './folders.js';
import { LISTINGS } from './listings.js';
import { prepareMedia, type MediaKind } from './media.js';
import { numberSpeakers, splitItems } from './splits.js';
import { VOICE_KIND } from './voice.js';
import { prepareWords } from './words.js';

/** Decoding is slow: a line at every twentieth, and for a few hundred files already. */
const PROGRESS = { parts: 20, least: 200 };

export interface PrepareUserOptions {
  folders: ReadonlyMap<UserCorpusName, string>;
  /** Where the prepared sets go. */
  out: string;
  log: (line: string) => void;
}

/** What was made of one corpus. */
export interface PreparedCorpus {
  name: UserCorpusName;
  /** Rows by modality and split. */
  rows: Partial<Record<Modality, Record<Split, number>>>;
  /** What was left out, by reason. */
  skipped: Map<string, number>;
}

/**
 * Prepares corpora that the user owns. Files that cannot be read are counted and left out. The sets of a modality are replaced all
 * together when it is done: broken off, the run leaves what was there, and the next one begins that modality anew.
 * @throws EmostreamError NOT_FOUND when a folder is missing or holds nothing of its corpus
 */
export async function prepareUserCorpora({ folders, out, log }: PrepareUserOptions): Promise<PreparedCorpus[]> {
  await checkCorpusFolders(folders);
  const listings = new Map<UserCorpusName, Listing>();
  // All are listed before the long work, so that a wrong folder is known at once.
  for (const [name, folder] of folders) {
    const listing = await LISTINGS[name](folder);
    if (listing.items.length === 0) throw nothingIn(name, folder, listing);
    listings.set(name, listing);
  }
  const all: PreparedCorpus[] = [];
  for (const [name, listing] of listings) {
    const prepared = await prepareOne(name, listing, out, log);
    all.push(prepared);
    const { title } = USER_CORPORA[name];
    for (const [reason, count] of prepared.skipped) log(`  left out: ${count} × ${reason}`);
    if (Object.keys(prepared.rows).length === 0) {
      throw new EmostreamError('NOT_FOUND', `${title}: not one of ${listing.items.length} items could be used.`);
    }
  }
  log(`Prepared in ${out}`);
  return all;
}

async function prepareOne(
  name: UserCorpusName,
  listing: Listing,
  out: string,
  log: (line: string) => void,
): Promise<PreparedCorpus> {
  const { title, modalities, firstSpeaker } = USER_CORPORA[name];
  const items = splitItems(name, listing.items);
  const speakers = numberSpeakers(listing.items, firstSpeaker);
  const rows: PreparedCorpus['rows'] = {};
  log(`${title}: ${items.length} items`);
  for (const modality of modalities) {
    const own = items.filter(({ uses }) => uses.includes(modality));
    if (own.length === 0) continue;
    const tell = progressOf(`${name} ${modality}`, log, PROGRESS);
    const options = {
      ...{ items: own, speakers, out },
      setName: (split: Split) => userSet(name, modality, split),
      skip: (reason: string) => skip(listing.skipped, `${modality}: ${reason}`),
      progress: (done: number) => tell(done, own.length),
    };
    const counts = modality === 'words' ? await prepareWords(options) : await withKind(modality, options);
    log(`  ${modality}: ${counts.train} / ${counts.valid} / ${counts.test} (train / valid / test)`);
    if (counts.train + counts.valid + counts.test > 0) rows[modality] = counts;
  }
  return { name, rows, skipped: listing.skipped };
}

async function withKind(modality: 'face' | 'voice', options: Parameters<typeof prepareMedia>[1]) {
  const kind: MediaKind = modality === 'voice' ? VOICE_KIND : await faceKind();
  try {
    return await prepareMedia(kind, options);
  } finally {
    kind.close();
  }
}

function nothingIn(name: UserCorpusName, folder: string, { skipped }: Listing): EmostreamError {
  const why = [...skipped].map(([reason, count]) => `${count} × ${reason}`).join(', ');
  const found = why === '' ? '' : ` Left out: ${why}.`;
  const message = `${name}: ${folder} holds nothing of it; its layout is ${USER_CORPORA[name].layout}.${found}`;
  return new EmostreamError('NOT_FOUND', message);
}
