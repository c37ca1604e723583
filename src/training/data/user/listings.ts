import { listAffectnet } from '../corpora/affectnet.js';
import { listCremad } from '../corpora/cremad.js';
import { listIemocap } from '../corpora/iemocap.js';
import type { Listing } from '../corpora/item.js';
import { listMeldClips } from '../corpora/meld-clips.js';
import { listRafdb } from '../corpora/rafdb.js';
import { listRavdessFull } from '../corpora/ravdess-full.js';
import type { UserCorpusName } from '../user-corpora.js';

/** What lies in a corpus's folder. */
export const LISTINGS: Readonly<Record<UserCorpusName, (folder: string) => Promise<Listing>>> = {
  cremad: listCremad,
  'ravdess-full': listRavdessFull,
  'meld-clips': listMeldClips,
  iemocap: listIemocap,
  affectnet: listAffectnet,
  rafdb: listRafdb,
};
