import { find, findAll, isTyping, say } from './dom.js';
import { pickRow } from './selection.js';

const rows = () => findAll('table.list tbody tr[data-id]');
const current = () => document.activeElement?.closest?.('table.list tbody tr[data-id]') ?? null;

function move(step) {
  const all = rows();
  const place = all.indexOf(current());
  const next = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + step, 0), all.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const open = (row) => (find('td.first > a', row) ?? find('.row-actions a', row))?.click();
const edit = (row) => find('.row-actions a[href*="/edit/"]', row)?.click();

/** What the keys of a list do; those of a row need a row to stand in. */
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current() && pickRow(current(), false),
  X: () => current() && pickRow(current(), true),
  e: () => current() && edit(current()),
};

/** The keys of a list for the sheet of shortcuts, as pairs of key and word. */
export function listKeysOfRows() {
  if (rows().length === 0) return [];
  const found = [['J', say('row_next')], ['K', say('row_before')], ['Enter', say('row_open')]];
  if (find('.selection')) found.push(['X', say('row_pick')], ['Shift+X', say('row_pick_range')]);
  if (find('table.list .row-actions a[href*="/edit/"]')) found.push(['E', say('row_edit')]);
  return found;
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || find('dialog[open]')) return;
  if (rows().length === 0 || event.target.closest?.('.dropdown-menu')) return;
  const row = current();
  const isRow = row !== null && event.target === row;
  if (isRow && event.key === 'Enter') {
    event.preventDefault();
    open(row);
  } else if (isRow && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    move(event.key === 'ArrowDown' ? 1 : -1);
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

/** Keys for the rows of a list: J and K walk, Enter opens, X picks, E edits. */
export function startListKeys() {
  if (find('table.list')) document.addEventListener('keydown', pressed);
}
