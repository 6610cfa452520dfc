import { find, readJson } from '../admin/dom.js';

export const CELL_PX = 6;
/** Times are dropped on quarters of an hour. */
export const SNAP = 3;
export const root = find('[data-board]');
/** What the board shows now, and what the server told last. */
export const state = {
  told: readJson('board-data'),
  drag: null,
  hidden: new Set(),
  text: '',
  changed: new Set(),
  own: new Map(),
};

const words = readJson('board-words') ?? {};

/** One of the board's own words; `{name}` is filled in. */
export const word = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

export const momentOf = (cell) => new Date(cell * state.told.seconds * 1000).toISOString();
export const clockOf = (column, cell) => {
  const first = state.told.hours[0]?.label ?? '00:00';
  const minutes = (Number(first.slice(0, 2)) * 60 + (cell - column.first) * (state.told.seconds / 60)) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};

export const newKey = () => `booking:${[...crypto.getRandomValues(new Uint8Array(13))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export const visitOf = (id) => state.told.visits.find((visit) => visit.id === Number(id));

const matches = (visit) => `${visit.name} ${visit.what} ${visit.note}`.toLowerCase().includes(state.text.toLowerCase());

/** The visits that the filters let through. */
export function shownVisits() {
  const { only, by } = root.dataset;
  return state.told.visits.filter((visit) => !state.hidden.has(visit.status)
    && (!only || visit.claims.some(([kind, id]) => kind === by && id === Number(only))));
}

export const isFound = (visit) => !state.text || matches(visit);
export const countFound = () => shownVisits().filter(matches).length;

/** The stretches of a column: of each visit its parts in the order of time. */
export function partsOf(column) {
  const parts = [];
  for (const visit of shownVisits()) {
    const mine = visit.claims.filter(([kind, id, from]) => kind === column.kind && id === column.id
      && from >= column.first && from < column.first + state.told.cells);
    mine.forEach(([, id, from, to, item], place) => parts.push({ visit, id, from, to, item, place, last: place === mine.length - 1 }));
  }
  return parts;
}

/** Tell whether a stretch of a column is taken by somebody else or shaded, before it is dropped. */
export function clashOf(column, visit, from, to) {
  const [a, b] = [from - column.first, to - column.first];
  if (column.kind === 'staff' && partsOf(column).some((part) => part.visit.id !== visit?.id && part.from < to && from < part.to)) return 'taken';
  const off = column.off.find(([first, last]) => first < b && a < last);
  return off ? off[2] : '';
}
