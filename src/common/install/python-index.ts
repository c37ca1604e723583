import { EmostreamError } from '../errors.js';
import { readText } from './download.js';

const PUBLIC_INDEX = 'https://pypi.org/simple';
/** PEP 691: JSON if the index has it, HTML (PEP 503) if not. */
const ACCEPT = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/**
 * Where a file of Python's package index lies. The index is the one that pip is told of (`PIP_INDEX_URL`), as those who may
 * reach no other have it.
 * @param project its normalised name (PEP 503)
 * @throws EmostreamError INSTALL_FAILED when the index cannot be reached or lacks the file
 */
export async function findInPythonIndex(project: string, file: string, env = process.env): Promise<string> {
  const index = (env['PIP_INDEX_URL'] || PUBLIC_INDEX).replace(/\/+$/, '');
  const page = `${index}/${project}/`;
  const { text, type } = await readText(page, { accept: ACCEPT });
  const address = type.includes('json') ? fromJson(text, file) : fromHtml(text, file);
  if (address === undefined) {
    throw new EmostreamError(
      'INSTALL_FAILED',
      `Python’s package index has no ${file} (PIP_INDEX_URL names the index).`,
    );
  }
  return withLogin(new URL(address, page), new URL(page)).href;
}

function fromJson(text: string, file: string): string | undefined {
  const { files } = JSON.parse(text) as { files?: { filename: string; url: string }[] };
  return files?.find(({ filename }) => filename === file)?.url;
}

/** An anchor's text is the file's name (PEP 503). */
function fromHtml(text: string, file: string): string | undefined {
  for (const [, href, name] of text.matchAll(/<a\s[^>]*href="([^"]*)"[^>]*>\s*([^<]*?)\s*<\/a>/gi)) {
    if (name === file) return href?.replaceAll('&amp;', '&').split('#')[0];
  }
  return undefined;
}

/** An index that wants a name and a password wants them for its files, too. */
function withLogin(address: URL, page: URL): URL {
  if (address.host === page.host) {
    address.username ||= page.username;
    address.password ||= page.password;
  }
  return address;
}
