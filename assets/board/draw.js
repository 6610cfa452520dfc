import { find, findAll, make } from '../admin/dom.js';
import { drawLoad, drawWeek, isOverview } from './week.js';
import { CELL_PX, countFound, isFound, partsOf, root, shownVisits, state, visitOf, word } from './state.js';

const SVG = 'http://www.w3.org/2000/svg';
/** From so many cells on a visit has room for a second and for a third line. */
const TWO_LINES = 6;
const THREE_LINES = 9;
/** Beside each other visits stay so wide. */
const LANE_PX = 104;

export function drawIcon(name, label) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', label);
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${root.dataset.sprite}#${name}`);
  drawing.append(use);
  return drawing;
}

export function put(element, from, cells) {
  element.style.top = `${from * CELL_PX}px`;
  element.style.height = `${Math.max(cells * CELL_PX - 1, 0)}px`;
  return element;
}

export function signsOf(visit, column = null) {
  const signs = [];
  if (visit.allergies) signs.push(drawIcon('alert-triangle', word('allergies')));
  if (visit.mark) signs.push(drawIcon('qrcode', visit.mark));
  if (column ? visit.asked.includes(column.id) && column.kind === 'staff' : visit.asked.length) signs.push(drawIcon('heart', word('requested')));
  if (visit.note) signs.push(drawIcon('message', word('note', { text: visit.note })));
  if (visit.places) {
    const [taken, all] = visit.places;
    const count = make('span', { className: 'board-party' }, drawIcon('users-group', word('places', { taken, all })), `${taken}/${all}`);
    count.classList.toggle('is-full', taken >= all);
    signs.push(count);
  }
  if (visit.party > 1) signs.push(make('span', { className: 'board-party' }, drawIcon('users', word('people')), String(visit.party)));
  return signs;
}

/** What is read out after a card's own words, and shown to a pointer when it is too small. */
export function sayVisit(visit) {
  const places = visit.places && word('places', { taken: visit.places[0], all: visit.places[1] });
  return [`${visit.span} ${visit.name}`, visit.label, visit.mark, places, visit.what, visit.with, visit.allergies && word('allergies'), visit.note]
    .filter(Boolean).join(' · ');
}

function drawPart(part, column) {
  const { visit, from, to } = part;
  const size = to - from;
  const card = make('a', { className: `board-visit is-${visit.status}`, href: `/console/booking/visits/${visit.id}/`, draggable: false, title: sayVisit(visit) });
  Object.assign(card.dataset, { visit: visit.id, key: `${visit.id}:${column.kind}${column.id}:${part.place}`, from, to, item: part.item });
  card.classList.toggle('is-late', visit.late);
  card.classList.toggle('is-class', Boolean(visit.places));
  card.classList.toggle('is-pale', !isFound(visit));
  card.classList.toggle('is-changed', state.changed.has(visit.id));
  const name = make('b', {}, visit.name);
  if (part.place) name.append(` (${part.place + 1})`);
  const signs = make('span', { className: 'board-signs' }, ...signsOf(visit, column));
  const what = make('span', { className: 'board-what' }, visit.what);
  const label = make('span', { className: 'board-status' }, visit.label);
  if (size < TWO_LINES) {
    card.classList.add('is-short');
    card.append(name, signs, what, label);
  } else {
    const line = make('span', { className: 'board-line' }, name, make('span', { className: 'num' }, visit.span), signs);
    card.append(line, ...(size < THREE_LINES ? [make('span', { className: 'board-line' }, label, what)] : [what, label]));
  }
  if (root.dataset.mayEdit && (visit.movable || visit.running)) {
    if (visit.movable) card.classList.add('is-movable');
    if (part.last && column.kind === 'staff') card.append(make('span', { className: 'board-grip', 'aria-hidden': 'true' }));
  }
  return put(card, from - column.first, size);
}

/** Give parts that overlap lanes beside each other. */
function layLanes(parts) {
  let group = [];
  let end = 0;
  const close = () => {
    const lanes = Math.max(0, ...group.map((part) => part.lane)) + 1;
    group.forEach((part) => { part.lanes = lanes; });
    group = [];
  };
  const sorted = [...parts].sort((one, other) => one.from - other.from || other.to - one.to);
  for (const part of sorted) {
    if (part.from >= end && group.length) close();
    const busy = new Set(group.filter((other) => other.to > part.from).map((other) => other.lane));
    part.lane = 0;
    while (busy.has(part.lane)) part.lane += 1;
    group.push(part);
    end = Math.max(end, part.to);
  }
  close();
  return Math.max(1, ...parts.map((part) => part.lanes));
}

function drawGap(column, from, to) {
  const gap = make('div', { className: 'board-gap' }, word('wait'));
  return put(gap, from - column.first, to - from);
}

function drawLane(column) {
  const lane = make('div', { className: 'board-lane' });
  lane.style.height = `${state.told.cells * CELL_PX}px`;
  lane.dataset.column = state.told.columns.indexOf(column);
  for (const [from, to, why] of column.off) {
    const shade = make('div', { className: `board-off is-${why}` });
    if (why !== 'off' && to - from > 2) shade.append(make('span', {}, word(why)));
    lane.append(put(shade, from, to - from));
  }
  const parts = partsOf(column);
  const lanes = layLanes(parts);
  parts.forEach((part, place) => {
    const before = parts[place - 1];
    if (part.place && before?.visit === part.visit) lane.append(drawGap(column, before.to, part.from));
  });
  for (const part of parts) {
    const card = drawPart(part, column);
    if (part.lanes > 1) {
      card.style.insetInlineStart = `calc(${(100 * part.lane) / part.lanes}% + 1px)`;
      card.style.insetInlineEnd = `calc(${(100 * (part.lanes - part.lane - 1)) / part.lanes}% + ${part.lane === part.lanes - 1 ? 6 : 2}px)`;
    }
    lane.append(card);
  }
  const { now } = state.told;
  if (now !== null && now >= column.first && now < column.first + state.told.cells) {
    const line = make('div', { className: 'board-now' });
    line.style.top = `${(now - column.first) * CELL_PX}px`;
    lane.append(line);
  }
  return { lane, lanes };
}

function drawColumn(column) {
  const { lane, lanes } = drawLane(column);
  const week = root.dataset.span === 'week';
  const [name, title] = week ? dayTitle(column.day) : [column.name, column.title];
  const head = make('div', { className: 'board-head' });
  if (!week) head.append(make('span', { className: 'initials', 'aria-hidden': 'true' }, [...column.name][0] ?? ''));
  const text = make('span', {}, make('strong', {}, name), make('small', {}, title));
  if (week) head.append(make('a', { href: dayUrl(column.day) }, text));
  else head.append(text);
  if (week && column.day === state.told.today) head.classList.add('is-today');
  const section = make('section', { className: 'board-column', 'aria-label': week ? `${name} ${title}` : `${column.name} ${column.title}` }, head, lane);
  if (lanes > 1) section.style.minWidth = `${lanes * LANE_PX}px`;
  return section;
}

export function dayTitle(day) {
  const { lang } = document.documentElement;
  const date = new Date(`${day}T12:00:00Z`);
  const say = (options) => new Intl.DateTimeFormat(lang, { timeZone: 'UTC', ...options }).format(date);
  return [say({ weekday: 'short' }), say({ month: 'numeric', day: 'numeric' })];
}

export function dayUrl(day) {
  const query = new URLSearchParams(location.search);
  query.set('day', day);
  query.delete('view');
  query.delete('only');
  return `?${query}`;
}

function drawHours() {
  const lane = make('div', { className: 'board-column' });
  lane.style.height = `${state.told.cells * CELL_PX}px`;
  for (const { cell, label } of state.told.hours.slice(1)) {
    const time = make('time', {}, label);
    time.style.top = `${cell * CELL_PX}px`;
    lane.append(time);
  }
  const { now, columns } = state.told;
  const first = columns.find((column) => now !== null && now >= column.first && now < column.first + state.told.cells);
  if (first) {
    const mark = make('span', { className: 'board-now-mark', 'aria-hidden': 'true' });
    mark.style.top = `${(now - first.first) * CELL_PX}px`;
    lane.append(mark);
  }
  return make('div', { className: 'board-hours' }, make('div', { className: 'board-head' }), lane);
}

function drawRow(visit) {
  const row = make('li', { className: `board-row is-${visit.status}` });
  Object.assign(row.dataset, { visit: visit.id });
  row.classList.toggle('is-late', visit.late);
  row.classList.toggle('is-changed', state.changed.has(visit.id));
  const link = make('a', { href: `/console/booking/visits/${visit.id}/`, className: 'board-open' }, visit.name);
  Object.assign(link.dataset, { visit: visit.id, key: `row:${visit.id}` });
  row.append(
    make('span', { className: 'num board-when' }, visit.span),
    make('span', { className: 'board-who' }, link, ...signsOf(visit)),
    make('span', {}, visit.what),
    make('span', {}, visit.with || '–'),
    make('span', { className: 'pill board-pill' }, visit.label),
  );
  return row;
}

function drawListHead(day) {
  const head = make('h2', {}, dayTitle(day).join(' '));
  const columns = state.told.columns.filter((column) => column.day === day);
  if (isOverview() && columns.length) head.append(' ', drawLoad(columns));
  return head;
}

function drawList(list) {
  const visits = shownVisits().filter(isFound);
  const parts = [];
  for (const day of [...new Set(visits.map((visit) => visit.day))].sort()) {
    if (root.dataset.span === 'week') parts.push(drawListHead(day));
    const rows = visits.filter((visit) => visit.day === day).map(drawRow);
    parts.push(make('ol', { className: 'board-rows', 'aria-label': day }, ...rows));
  }
  if (!parts.length) {
    const empty = state.told.visits.length ? word('filtered_out') : word('none_yet');
    parts.push(make('p', { className: 'board-empty' }, empty));
  }
  list.replaceChildren(...parts);
}

/** Draw all that is told; focus and scroll stay where they were. */
export function draw() {
  if (state.drag) return;
  const focused = document.activeElement?.dataset?.key;
  const at = [root.scrollLeft, root.scrollTop];
  const { columns } = state.told;
  if (columns.length && isOverview()) root.replaceChildren(drawWeek());
  else if (columns.length) root.replaceChildren(drawHours(), ...columns.map(drawColumn));
  else root.replaceChildren(make('p', { className: 'board-empty' }, word('nobody')));
  [root.scrollLeft, root.scrollTop] = at;
  drawList(find('[data-board-list]'));
  if (focused) find(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  tellCounts();
  state.changed.clear();
}

function tellCounts() {
  const found = find('[data-board-found]');
  if (found) found.textContent = state.text ? word('found', { count: countFound(), all: shownVisits().length }) : '';
  const waiting = find('[data-board-waiting]');
  if (waiting) {
    waiting.hidden = !state.told.waiting;
    find('b', waiting).textContent = state.told.waiting;
  }
  findAll('[data-status]').forEach((button) => {
    const count = state.told.visits.filter((visit) => visit.status === button.dataset.status).length;
    find('.num', button).textContent = count || '';
  });
}

export const cardAt = (key) => find(`.board-visit[data-key="${CSS.escape(key)}"]`);
export const visitAt = (element) => visitOf(element.closest('[data-visit]')?.dataset.visit);
