/**
 * `compact="small"`: with little room the headline alone lies on the picture (the detail beside it where there are 5 em left for it, else in a
 * second line, which is not seen), and in small tiles the badge keeps its lamp and icons, in the
 * smallest its lamp alone, which then says that analysis is off, for words would be cut off before it.
 */
export const SMALL = `
@container emo (max-width: 499.98px) {
  :host([compact='small']) .stage:not(.bare) + .foot { position: absolute; inset-inline: 6px; bottom: 6px; }
  :host([compact='small']) .stage:not(.bare) + .foot .panel { align-self: flex-start; max-width: 100%; padding: 4px 9px 5px;
    border-radius: 10px; background: var(--emo-over); }
  :host([compact='small']) .stage:not(.bare) + .foot .subtitles { inset-inline: 0; bottom: calc(100% + 4px); }
  :host([compact='small']) .stage:not(.bare) + .foot .head { max-height: 20px; overflow: hidden; }
  :host([compact='small']) .stage:not(.bare) + .foot .headline { flex: none; font-size: 17px; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
    white-space: nowrap; }
  :host([compact='small']) .stage:not(.bare) + .foot .detail { flex: 1 1 5em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
}
@container emo (max-width: 239.98px) {
  :host([compact='small']) .stage:not(.bare) + .foot { inset-inline: 4px; bottom: 4px; }
  :host([compact='small']) .stage:not(.bare) + .foot .panel { padding: 2px 7px 3px; border-radius: 8px; }
  :host([compact='small']) .stage:not(.bare) + .foot .head { max-height: 17px; }
  :host([compact='small']) .stage:not(.bare) + .foot .headline { font-size: 14px; }
  :host([compact='small']) .stage:not(.bare) + .foot .detail { font-size: 12px; }
  :host([compact='small']) .panel[data-status='off'] .detail, :host([compact='small']) .course { display: none; }
  :host([compact='small']) .badge { top: 4px; inset-inline-end: 4px; gap: 4px; padding: 3px 6px; }
  :host([compact='small']) .badge .icon { width: 13px; height: 13px; }
  :host([compact='small']) .badge > .lamp + span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap; }
}
@container emo (max-width: 139.98px) {
  :host([compact='small']) .stage:not(.bare) + .foot .detail,
  :host([compact='small']) .stage:not(.bare) + .foot .panel[data-status='off'] { display: none; }
  :host([compact='small']) .badge .icon { display: none; }
}
`;
