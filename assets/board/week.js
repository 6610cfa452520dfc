import { make } from '../admin/dom.js';
import { dayTitle, dayUrl, sayVisit, signsOf } from './draw.js';
import { clockOf, isFound, partsOf, root, state, word } from './state.js';

/** Tell whether a week of everybody is looked at: a row for each, a cell for each day. */
export const isOverview = () => root.dataset.span === 'week' && !root.dataset.only;

const hoursOf = (minutes) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(minutes / 60);
const sum = (columns, key) => columns.reduce((total, column) => total + column[key], 0);

/** How much of the roster is booked: in figures, as a bar, and in words for whoever listens. */
export function drawLoad(columns) {
  const [booked, planned] = [sum(columns, 'booked'), sum(columns, 'planned')];
  const values = { booked: hoursOf(booked), planned: hoursOf(planned) };
  const bar = make('span', { className: 'week-bar', 'aria-hidden': 'true' }, make('span'));
  bar.firstChild.style.width = `${planned ? Math.min(100, (100 * booked) / planned) : 100 * (booked > 0)}%`;
  bar.classList.toggle('is-full', booked > planned);
  const words = make('span', { className: 'num', 'aria-hidden': 'true' }, word('load_short', values));
  return make('span', { className: 'week-load', title: word('load', values) }, words, make('span', { className: 'visually-hidden' }, word('load', values)), bar);
}

function drawMini(part, column) {
  const { visit } = part;
  const card = make('a', { className: `week-visit board-open is-${visit.status}`, href: `/console/booking/visits/${visit.id}/`, title: sayVisit(visit) });
  Object.assign(card.dataset, { visit: visit.id, key: `week:${visit.id}:${column.kind}${column.id}` });
  card.classList.toggle('is-late', visit.late);
  card.classList.toggle('is-class', Boolean(visit.places));
  card.classList.toggle('is-pale', !isFound(visit));
  card.classList.toggle('is-changed', state.changed.has(visit.id));
  const signs = make('span', { className: 'board-signs' }, ...signsOf(visit, column));
  const more = make('span', { className: 'visually-hidden' }, `${visit.label} ${visit.what}`);
  card.append(make('span', { className: 'num' }, clockOf(column, part.from)), make('b', {}, visit.name), signs, more);
  return card;
}

function drawCell(column, day) {
  const cell = make('td');
  cell.classList.toggle('is-today', day === state.told.today);
  if (!column) {
    cell.classList.add('is-off');
    return cell;
  }
  const head = make('div', { className: 'week-head' });
  if (column.planned || column.booked) head.append(make('a', { href: dayUrl(day) }, drawLoad([column])));
  else cell.classList.add('is-off');
  if (column.off.length) head.append(make('span', { className: 'text-secondary' }, word('leave')));
  if (root.dataset.mayEdit && column.planned) {
    const query = new URLSearchParams({ store_id: root.dataset.store, day });
    if (column.kind === 'staff') query.set('staff_id', column.id);
    const named = word('new_for', { name: column.name, day: dayTitle(day).join(' ') });
    head.append(make('a', { className: 'week-new', href: `/console/booking/new/?${query}`, title: named, 'aria-label': named }, '+'));
  }
  cell.append(head);
  const seen = new Set();
  for (const part of partsOf(column).sort((one, other) => one.from - other.from)) {
    if (!seen.has(part.visit.id)) cell.append(drawMini(part, column));
    seen.add(part.visit.id);
  }
  return cell;
}

function weekUrl(id) {
  const query = new URLSearchParams(location.search);
  query.set('view', 'week');
  query.set('only', id);
  return `?${query}`;
}

function drawPerson(columns) {
  const [{ id, name, title }] = columns;
  const own = make('a', { href: weekUrl(id) }, make('strong', {}, name));
  const head = make('th', { scope: 'row' }, own, make('small', {}, title), drawLoad(columns));
  return make('tr', {}, head, ...state.told.days.map((day) => drawCell(columns.find((column) => column.day === day), day)));
}

function drawDay(day) {
  const [name, date] = dayTitle(day);
  const head = make('th', { scope: 'col' }, make('a', { href: dayUrl(day) }, make('strong', {}, name), ` ${date}`));
  const columns = state.told.columns.filter((column) => column.day === day);
  if (columns.length) head.append(drawLoad(columns));
  head.classList.toggle('is-today', day === state.told.today);
  return head;
}

/** The week of everybody as a table. */
export function drawWeek() {
  const rows = new Map();
  for (const column of state.told.columns) rows.set(column.id, [...(rows.get(column.id) ?? []), column]);
  const corner = make('th', { scope: 'col' }, word(root.dataset.by));
  const head = make('thead', {}, make('tr', {}, corner, ...state.told.days.map(drawDay)));
  const sorted = [...rows.values()].sort(([one], [other]) => (root.dataset.by === 'staff' ? one.name.localeCompare(other.name, document.documentElement.lang) : 0));
  return make('table', { className: 'week' }, head, make('tbody', {}, ...sorted.map(drawPerson)));
}
