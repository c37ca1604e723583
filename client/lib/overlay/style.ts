/** The overlay's look. A constructed style sheet: it needs no `unsafe-inline` in a page's content security policy. */
const CSS = `
:host {
  --emo-neutral: #a9b6c8;
  --emo-happy: #ffd23f;
  --emo-sad: #6cb2ff;
  --emo-angry: #ff7468;
  --emo-fearful: #c09bff;
  --emo-disgusted: #86d672;
  --emo-surprised: #ff9d4d;
  --emo-text: #f4f7fb;
  --emo-muted: #c2ccda;
  --emo-panel: #0c1119;
  --emo-on: #ffb020;
  --emo-track: #ffffff2b;
  display: block;
  container: emo / inline-size;
  color: var(--emo-text);
  font: 400 13px/1.25 system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
  font-variant-numeric: tabular-nums;
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
.tag { display: none; position: absolute; left: -2px; top: -2px; max-width: calc(100% + 4px); padding: 1px 7px 2px; overflow: hidden;
  border-radius: 10px 0; background: #0c1119e0; color: var(--emo-accent, var(--emo-text)); font-size: 13px; font-weight: 700;
  text-overflow: ellipsis; white-space: nowrap; }
.box.tagged .tag { display: block; }

.badge { position: absolute; top: 10px; right: 10px; display: flex; align-items: center; gap: 6px; padding: 4px 9px 4px 8px;
  border-radius: 999px; background: #0c1119e0; font-size: 12px; font-weight: 600; pointer-events: none; }
.badge .icon { width: 15px; height: 15px; }
.badge .lamp { width: 9px; height: 9px; border-radius: 50%; background: #7f8b9c; }
.badge.on { background: var(--emo-on); color: #1a1200; }
.badge.on .lamp { background: #c40d0d; animation: lamp 2s ease-in-out infinite; }
@keyframes lamp { 50% { opacity: .35; } }

.icon { width: 18px; height: 18px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round;
  stroke-linejoin: round; }

.panel { display: grid; gap: 8px 14px; padding: 10px 12px 11px; background: var(--emo-panel);
  grid-template: 'head head' auto 'bars plot' auto 'sources sources' auto / minmax(0, 1fr) auto; }
.head { grid-area: head; display: flex; align-items: baseline; flex-wrap: wrap; gap: 0 8px; min-width: 0; }
.headline { font-size: 20px; font-weight: 700; line-height: 1.15; color: var(--emo-accent, var(--emo-text)); }
.detail { color: var(--emo-muted); }

.bars { grid-area: bars; display: grid; align-content: center; gap: 3px; min-width: 0; }
.bar { display: grid; grid-template-columns: 66px minmax(24px, 1fr) 38px; align-items: center; gap: 6px; font-size: 12px;
  line-height: 14px; color: var(--emo-muted); }
.bar.top { color: var(--emo-text); font-weight: 700; }
.track { height: 7px; border-radius: 4px; background: var(--emo-track); overflow: hidden; }
.fill { height: 100%; border-radius: 4px; background: var(--colour); transform-origin: left; transform: scaleX(0);
  transition: transform .4s ease-out; }
.share { text-align: right; white-space: nowrap; }

.plot { grid-area: plot; width: 104px; height: 104px; align-self: center; }
.field { fill: #ffffff0f; stroke: #ffffff33; }
.axis { stroke: #ffffff55; fill: none; }
.axis-label { font-size: 11.5px; fill: var(--emo-muted); }
.mouth { fill: none; stroke: var(--emo-muted); stroke-width: 1.8; stroke-linecap: round; }
.trail { fill: none; stroke: var(--emo-accent, var(--emo-muted)); stroke-width: 2; opacity: .5; stroke-linejoin: round; }
.dot { fill: var(--emo-accent, var(--emo-text)); stroke: #0c1119; stroke-width: 1.5; }
.plot.empty .dot, .plot.empty .trail { display: none; }

.basis { grid-area: sources; display: grid; gap: 3px; align-content: end; font-size: 12px; color: var(--emo-muted); }
.sources { color: var(--emo-text); display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
.source { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1px 7px; align-items: center; padding: 5px 7px;
  border-radius: 8px; background: #ffffff12; font-size: 12px; line-height: 15px; }
.source .icon { grid-row: span 2; }
.source .what { font-weight: 600; white-space: nowrap; }
.source .text { color: var(--emo-muted); }
.source .weight { grid-column: 1 / -1; height: 4px; margin-top: 3px; }
.source .weight .fill { background: var(--emo-text); }
.source[data-state='off'] { background: none; box-shadow: inset 0 0 0 1px #ffffff24; }
.source[data-state='off'] .icon, .source[data-state='off'] .what { color: #a3aebd; }
.source[data-state='stalled'] .text { color: #ffcf70; }

.panel[data-status='off'], :host([compact]) .panel { display: block; }
.panel[data-status='off'] .bars, .panel[data-status='off'] .plot, .panel[data-status='off'] .basis,
.panel.empty .bars, .panel.empty .plot { display: none; }
.panel[data-status='stale'] .bars, .panel[data-status='stale'] .plot, .panel[data-status='stale'] .basis { opacity: .6; }
.panel[data-status='stale'] .headline { color: #ffcf70; }

:host([compact]) .bars, :host([compact]) .plot, :host([compact]) .basis { display: none; }

/* What is said, on the lower edge of the picture: above the panel, wherever that lies. */
.foot { position: relative; display: flex; flex-direction: column; }
.subtitles { position: absolute; left: 8px; right: 8px; bottom: calc(100% + 8px); display: flex; pointer-events: none; }
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
  .stage:not(.bare) + .foot { position: absolute; left: 10px; right: 10px; bottom: 10px; }
  .stage:not(.bare) + .foot .panel { border-radius: 14px; background: #0c1119d9; backdrop-filter: blur(10px); }
  .stage:not(.bare) + .foot .subtitles { left: 0; right: 0; }
  .panel { grid-template: 'head bars plot' auto 'sources bars plot' 1fr / minmax(150px, 1fr) minmax(210px, 1.15fr) auto;
    gap: 8px 16px; }
  .head { flex-direction: column; }
  .headline { font-size: 24px; }
  .sources { grid-template-columns: 1fr; gap: 4px; }
  .source { grid-template-columns: auto 46px minmax(0, 1fr) minmax(30px, 1fr); padding: 2px 7px; border-radius: 6px; }
  .source .icon { grid-row: auto; width: 16px; height: 16px; }
  .source .weight { grid-column: auto; margin: 0; }
  .source:not([data-state='present']) .text { grid-column: span 2; }
  .source:not([data-state='present']) .weight { display: none; }
  .stage:not(.bare) + .foot .panel:is(.empty, [data-status='off']),
  :host([compact]) .stage:not(.bare) + .foot .panel { align-self: flex-start; }
  .panel.empty { grid-template: 'head' auto 'sources' auto / minmax(210px, auto); }
  .panel[data-status='off'] { padding: 7px 12px 8px; }
  .panel[data-status='off'] .headline { font-size: 16px; }
}
@container emo (min-width: 700px) {
  .plot { width: 116px; height: 116px; }
  .bar { font-size: 13px; line-height: 15px; grid-template-columns: 72px minmax(24px, 1fr) 42px; }
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
