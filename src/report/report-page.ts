import type { ReportData } from './report-data.js';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** JSON that cannot end the element that it is in, whatever was said or files are called (HTML, 4.12.1.3). */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** In which language a report speaks, as far as its program knows it; else English. */
export interface ReportLanguage {
  /** BCP 47. */
  tag: string;
  direction: 'ltr' | 'rtl';
}

/**
 * The report: one file that needs nothing else, and asks nobody. It may load the recording beside it, and nothing more.
 * @param script the page's own program, with its styles
 * @yields parts of the file
 */
export function* reportPage(
  data: ReportData,
  script: string,
  { tag, direction }: ReportLanguage = { tag: 'en', direction: 'ltr' },
): Generator<string> {
  yield `<!doctype html>\n<html lang="${escaped(tag)}" dir="${direction}">\n<head>\n<meta charset="utf-8">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src 'self' file: blob: data:">\n`;
  yield `<title>${escaped(data.title)} – emostream report</title>\n</head>\n<body>\n`;
  yield '<main id="report"><noscript lang="en" dir="ltr">This report needs JavaScript, which is in this file; nothing is loaded.</noscript></main>\n';
  yield `<script type="application/json" id="data">${inScript(data)}</script>\n`;
  yield `<script>${script.replaceAll('</script', '<\\/script')}</script>\n</body>\n</html>\n`;
}
