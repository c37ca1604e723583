import { EMOTION_COLOURS, type Theme } from './colours.js';
import { SMALL } from './small-style.js';

/** What differs by theme. */
const THEMES: Record<Theme, Record<string, string>> = {
  dark: {
    ...Object.fromEntries(
      Object.entries(EMOTION_COLOURS.dark).map(([emotion, colour]) => [`--emo-${emotion}`, colour]),
    ),
    '--emo-neutral': '#a9b6c8',
    '--emo-text': '#f4f7fb',
    '--emo-muted': '#c2ccda',
    '--emo-panel': '#0c1119',
    '--emo-over': '#0c1119d9',
    '--emo-on': '#ffb020',
    '--emo-late': '#ffcf70',
    '--emo-track': '#ffffff2b',
    '--emo-faint': '#ffffff12',
    '--emo-line': '#ffffff38',
    '--emo-edge': '#0c1119',
  },
  light: {
    ...Object.fromEntries(
      Object.entries(EMOTION_COLOURS.light).map(([emotion, colour]) => [`--emo-${emotion}`, colour]),
    ),
    '--emo-neutral': '#9aa7b8',
    '--emo-text': '#131a24',
    '--emo-muted': '#4a5666',
    '--emo-panel': '#ffffff',
    '--emo-over': '#ffffffeb',
    '--emo-on': '#ffb020',
    '--emo-late': '#8a5a00',
    '--emo-track': '#0c111920',
    '--emo-faint': '#0c11190d',
    '--emo-line': '#0c111938',
    '--emo-edge': '#ffffff',
  },
};
const themed = (theme: Theme): string =>
  Object.entries(THEMES[theme])
    .map(([name, value]) => `  ${name}: ${value};`)
    .join('\n');

/** The overlay's look. A constructed style sheet: it needs no `unsafe-inline` in a page's content security policy. */
const CSS = `
:host {
${themed('dark')}
  display: block;
  container: emo / inline-size;
  color: var(--emo-text);
  font: 400 13px/1.25 system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
:host([theme='light']) {
${themed('light')}
}
@media (prefers-color-scheme: light) {
:host([theme='auto']) {
${themed('light')}
}
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
ul { list-style: none; margin: 0; padding: 0; }
.hidden { display: none !important; }

.frame { position: relative; display: flex; flex-direction: column; height: 100%; }
.stage { position: relative; flex: 1 1 auto; min-height: 0; }
.stage.bare { display: none; }

.box { position: absolute; left: 0; top: 0; pointer-events: none; border-radius: 10px; opacity: 0;
  border: 2px solid var(--emo-accent, var(--emo-muted)); transition: opacity .3s, transform .35s, width .35s, height .35s; }
.box.shown { opacity: .85; }
.tag { display: none; position: absolute; inset-inline-start: -2px; top: -2px; max-width: calc(100% + 4px); padding: 1px 7px 2px; overflow: hidden;
  border-start-start-radius: 10px; border-end-end-radius: 10px; background: #0c1119e0; color: var(--emo-accent, #f4f7fb); font-size: 13px; font-weight: 700;
  text-overflow: ellipsis; white-space: nowrap; }
.box.tagged .tag { display: block; }

.badge { position: absolute; top: 10px; inset-inline-end: 10px; display: flex; align-items: center; gap: 6px; padding-block: 4px; padding-inline: 8px 9px;
  border-radius: 999px; background: #0c1119e0; color: #f4f7fb; font-size: 12px; font-weight: 600; pointer-events: none; }
.badge .icon { width: 15px; height: 15px; }
.badge[data-status='unknown'] .lamp { background: none; box-shadow: inset 0 0 0 2px #d5dce6; }
.badge[data-status='unknown'] .icon { display: none; }
.badge .lamp { width: 9px; height: 9px; border-radius: 50%; background: #7f8b9c; }
.badge.on { background: var(--emo-on); color: #1a1200; }
.badge.on .lamp { background: #c40d0d; animation: lamp 2s ease-in-out infinite; }
@keyframes lamp { 50% { opacity: .35; } }

.icon { width: 18px; height: 18px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round;
  stroke-linejoin: round; }

.panel { display: grid; gap: 8px 14px; padding: 10px 12px 11px; background: var(--emo-panel);
  grid-template: 'head head' auto 'bars plot' auto 'sources sources' auto 'course course' auto / minmax(0, 1fr) auto; }
.course { grid-area: course; }
.head { grid-area: head; display: flex; align-items: baseline; flex-wrap: wrap; gap: 0 8px; min-width: 0; }
.headline { font-size: 20px; font-weight: 700; line-height: 1.15; color: var(--emo-text); }
.headline.named::before { content: ''; display: inline-block; width: .62em; height: .62em; margin-inline-end: .34em; border-radius: 3px;
  background: var(--emo-accent); vertical-align: .04em; }
.detail { color: var(--emo-muted); }

/* Names of any language have room: the bars begin after the longest. */
.bars { grid-area: bars; display: grid; grid-template-columns: minmax(66px, max-content) minmax(24px, 1fr) minmax(38px, max-content);
  align-content: center; gap: 3px 6px; min-width: 0; }
.bar { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; font-size: 12px;
  line-height: 14px; color: var(--emo-muted); }
.bar.top { color: var(--emo-text); font-weight: 700; }
.track { height: 7px; border-radius: 4px; background: var(--emo-track); overflow: hidden; }
.fill { height: 100%; border-radius: 4px; background: var(--colour); transform-origin: left; transform: scaleX(0);
  transition: transform .4s ease-out; }
.fill:dir(rtl) { transform-origin: right; }
.share { text-align: end; white-space: nowrap; }

.plot { grid-area: plot; width: 104px; height: 104px; align-self: center; }
.field { fill: var(--emo-faint); stroke: var(--emo-line); }
.axis { stroke: var(--emo-line); fill: none; }
.axis-label { font-size: 11.5px; fill: var(--emo-muted); }
.mouth { fill: none; stroke: var(--emo-muted); stroke-width: 1.8; stroke-linecap: round; }
.trail { fill: none; stroke: var(--emo-accent, var(--emo-muted)); stroke-width: 2; opacity: .5; stroke-linejoin: round; }
.dot { fill: var(--emo-accent, var(--emo-text)); stroke: var(--emo-edge); stroke-width: 1.5; }
.plot.empty .dot, .plot.empty .trail { display: none; }

.basis { grid-area: sources; display: grid; gap: 3px; align-content: end; font-size: 12px; color: var(--emo-muted); }
.sources { color: var(--emo-text); display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
.source { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1px 7px; align-items: center; padding: 5px 7px;
  border-radius: 8px; background: var(--emo-faint); font-size: 12px; line-height: 15px; }
.source .icon { grid-row: span 2; }
.source .what { font-weight: 600; white-space: nowrap; }
.source .text { color: var(--emo-muted); white-space: nowrap; }
.source .weight { grid-column: 1 / -1; height: 4px; margin-top: 3px; }
.source .weight .fill { background: var(--emo-text); }
.source[data-state='off'] { background: none; box-shadow: inset 0 0 0 1px var(--emo-line); }
.source[data-state='off'] .icon, .source[data-state='off'] .what { color: var(--emo-muted); }
.source[data-state='stalled'] .text { color: var(--emo-late); }

.panel:is([data-status='off'], [data-status='unknown']), :host([compact]) .panel { display: block; }
.panel:is([data-status='off'], [data-status='unknown']) :is(.bars, .plot, .basis),
.panel.empty .bars, .panel.empty .plot { display: none; }
.panel[data-status='stale'] .bars, .panel[data-status='stale'] .plot, .panel[data-status='stale'] .basis { opacity: .6; }
.panel:is([data-status='stale'], [data-status='unknown']) .headline { color: var(--emo-late); }

:host([compact]) :is(.bars, .plot, .basis) { display: none; }
:host([compact]) .course, .panel[data-status='unknown'] .course { margin-top: 6px; }

/* What is said, on the lower edge of the picture: above the panel, wherever that lies. */
.foot { position: relative; display: flex; flex-direction: column; }
.subtitles { position: absolute; inset-inline: 8px; bottom: calc(100% + 8px); display: flex; pointer-events: none; }
.subtitles.empty, :host([no-subtitles]) .subtitles { display: none; }
.lines { max-width: 100%; padding: 3px 10px 4px; border-radius: 8px; background: #000000d9; color: #fff;
  font-size: clamp(14px, 3.3cqi, 24px); line-height: 1.35; overflow-wrap: anywhere; }
.lines p { margin: 0; }
.lines span { display: block; }
/* Two lines, the newest: what is above them is cut off at a line. */
.newest { display: flex; flex-direction: column; justify-content: flex-end; max-height: 2lh; overflow: hidden; }
.stage.bare + .foot .subtitles { position: static; padding: 8px 0 0; }

/* Wide enough: the panel lies on the lower edge of the picture, below the face. */
@container emo (min-width: 500px) {
  .stage:not(.bare) + .foot { position: absolute; inset-inline: 10px; bottom: 10px; }
  .stage:not(.bare) + .foot .panel { border-radius: 14px; background: var(--emo-over); backdrop-filter: blur(10px); }
  .stage:not(.bare) + .foot .subtitles { inset-inline: 0; }
  .panel { grid-template: 'head bars plot' auto 'sources bars plot' 1fr 'course course course' auto / minmax(150px, 1fr) minmax(210px, 1.15fr) auto;
    gap: 8px 16px; }
  .head { flex-direction: column; }
  .headline { font-size: 24px; }
  .sources { grid-template-columns: 1fr; gap: 4px; }
  .source { grid-template-columns: auto minmax(46px, max-content) auto minmax(24px, 1fr); padding: 2px 7px; border-radius: 6px; }
  .source .icon { grid-row: auto; width: 16px; height: 16px; }
  .source .weight { grid-column: auto; margin: 0; }
  .source:not([data-state='present']) .text { grid-column: span 2; }
  .source:not([data-state='present']) .weight { display: none; }
  .stage:not(.bare) + .foot .panel:is(.empty, [data-status='off']),
  :host([compact]) .stage:not(.bare) + .foot .panel { align-self: flex-start; min-width: 260px; }
  .panel.empty { grid-template: 'head' auto 'sources' auto 'course' auto / minmax(210px, auto); }
  .panel[data-status='off'] { padding: 7px 12px 8px; }
  .panel[data-status='off'] .headline { font-size: 16px; }
}
${SMALL}
@container emo (min-width: 700px) {
  .plot { width: 116px; height: 116px; }
  .bars { grid-template-columns: minmax(72px, max-content) minmax(24px, 1fr) minmax(42px, max-content); }
  .bar { font-size: 13px; line-height: 15px; }
}
@media (prefers-reduced-motion: reduce) {
  .fill, .box { transition: none; }
  .badge.on .lamp { animation: none; }
}
@media (forced-colors: active) {
  .fill { background: CanvasText; }
  .badge, .panel, .source, .lines { border: 1px solid CanvasText; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** Shared by all overlays of a page; made when the first one is. */
export function overlaySheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
