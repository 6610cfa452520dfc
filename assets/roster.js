import { find, findAll, make, readJson, submit } from './admin/dom.js';
import { makeBox, open } from './admin/dialogs.js';
import { postFields } from './admin/server.js';
import { complain, toast } from './admin/toasts.js';

const root = find('[data-roster]');
const status = find('[data-status]');
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let told = readJson('roster-data');
/** The cell that has the focus, and the opposite corner of what is chosen, as line and day. */
let at = [0, 0];
let corner = [0, 0];
let armed = null;
let copied = null;
let dragging = false;

const w = (key) => root.dataset[`w${key[0].toUpperCase()}${key.slice(1)}`];
const hours = (minutes) => `${Math.round(minutes / 6) / 10}`;
const mayEdit = () => root.dataset.mayEdit === '1';
const cellAt = ([line, day]) => told.staff[line]?.cells[day];
const named = (code) => told.templates.find((each) => each.code === code);

function chosen() {
  const [top, bottom] = [at[0], corner[0]].sort((a, b) => a - b);
  const [left, right] = [at[1], corner[1]].sort((a, b) => a - b);
  const found = [];
  for (let line = top; line <= bottom; line += 1) for (let day = left; day <= right; day += 1) found.push([line, day]);
  return found;
}

function drawShift(cell) {
  if (!cell.code) return [];
  const sign = cell.sign || (cell.hours ? '' : '–');
  const block = make('span', { className: `roster-shift tone-${cell.colour}${cell.published ? '' : ' is-draft'}` });
  if (sign) block.append(make('b', {}, sign), ' ');
  if (cell.hours) block.append(make('small', { className: 'num' }, cell.hours));
  else if (cell.name && cell.name !== sign) block.append(make('small', {}, cell.name));
  return [block];
}

function leavesOf(line, day) {
  return told.leaves.filter((leave) => leave.staff === told.staff[line].id && leave.days.includes(told.days[day].day));
}

function describe([line, day]) {
  const cell = cellAt([line, day]);
  const name = named(cell.code)?.name ?? cell.name ?? '';
  const parts = [told.staff[line].name, `${told.days[day].weekday} ${told.days[day].date}`];
  parts.push(cell.code ? [name, cell.hours].filter(Boolean).join(' ') || w('off') : w('nothing'));
  if (cell.breaks?.length) parts.push(`${w('breaks')} ${cell.breaks.join(', ')}`);
  if (cell.code && !cell.published) parts.push(w('draft'));
  for (const leave of leavesOf(line, day)) parts.push(`${w(leave.state === 'asked' ? 'asked' : 'leave')} ${leave.words}`);
  if (cell.why) parts.push(cell.why);
  return parts.join(' · ');
}

function drawCell(line, day) {
  const cell = cellAt([line, day]);
  const leaves = leavesOf(line, day);
  const box = make('td', { role: 'gridcell', tabIndex: -1 }, ...drawShift(cell));
  box.dataset.place = `${line},${day}`;
  box.className = told.days[day].open ? '' : 'is-closed';
  box.title = describe([line, day]);
  for (const leave of leaves) box.append(make('span', { className: `roster-leave is-${leave.state}` }, w(leave.state === 'asked' ? 'asked' : 'leave')));
  box.setAttribute('aria-label', `${box.textContent.trim()} · ${describe([line, day])}`);
  if (cell.why) box.append(make('span', { className: 'roster-why', ariaHidden: 'true' }, '?'));
  return box;
}

function drawHead() {
  const days = told.days.map((day) => {
    const cell = make('th', { scope: 'col' }, day.weekday, make('small', { className: 'num' }, day.date), make('small', { className: 'num' }, day.open || w('closed')));
    if (day.day === root.dataset.today) cell.setAttribute('aria-current', 'date');
    if (!day.open) cell.className = 'is-closed';
    return cell;
  });
  return make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, w('technician')), ...days, make('th', { scope: 'col', className: 'num' }, w('hours'))));
}

function drawPerson(person, line) {
  const label = mayEdit() ? make('button', { type: 'button', className: 'roster-person' }, person.name) : make('span', {}, person.name);
  label.addEventListener('click', () => mayEdit() && askPerson(person));
  const head = make('th', { scope: 'row' }, label, make('small', {}, person.title));
  const sum = make('td', { className: `num${person.minutes > person.most ? ' is-over' : ''}` }, hours(person.minutes));
  return make('tr', {}, head, ...told.days.map((_day, day) => drawCell(line, day)), sum);
}

function drawFoot() {
  const short = new Set(told.gaps.map((gap) => gap.day));
  const sums = told.days.map((day) => make('td', { className: `num${short.has(day.day) ? ' is-short' : ''}`, title: told.gaps.filter((gap) => gap.day === day.day).map((gap) => gap.words).join('\n') },
    make('b', {}, `${day.people}`), make('small', {}, `${hours(day.minutes)} / ${hours((told.needed[day.day] ?? 0) * 60)}`)));
  const all = told.staff.reduce((sum, person) => sum + person.minutes, 0);
  return make('tfoot', {}, make('tr', {}, make('th', { scope: 'row' }, w('people'), make('small', {}, w('planned'))), ...sums, make('td', { className: 'num' }, hours(all))));
}

function draw() {
  const inside = root.contains(document.activeElement);
  const table = make('table', { className: 'roster-grid', role: 'grid' }, drawHead(), make('tbody', {}, ...told.staff.map(drawPerson)), drawFoot());
  table.setAttribute('aria-label', find('h1').textContent);
  table.setAttribute('aria-multiselectable', 'true');
  const help = mayEdit() ? [make('p', { className: 'roster-help' }, w('help'))] : [];
  root.replaceChildren(make('div', { className: 'card roster-scroll' }, table), ...help);
  mark(inside);
  drawPalette();
  drawGaps();
  drawDays();
  const count = find('[data-unpublished]');
  if (count) count.textContent = told.unpublished || '';
  find('[data-publish]')?.classList.toggle('btn-primary', told.unpublished > 0);
}

function drawPalette() {
  if (!mayEdit()) return;
  const keys = [...told.templates, { code: '', name: w('clear'), sign: '', hours: '', colour: 'none' }];
  find('[data-palette]').replaceChildren(...keys.map((each, place) => {
    const button = make('button', { type: 'button', className: `roster-key tone-${each.colour}`, title: `${each.name} ${each.hours}` }, each.sign ? `${each.sign} ` : '', make('span', {}, each.name));
    if (place < told.templates.length && place < 9) button.append(make('kbd', {}, `${place + 1}`));
    button.setAttribute('aria-pressed', String(armed === each.code));
    button.addEventListener('click', () => {
      armed = armed === each.code ? null : each.code;
      drawPalette();
    });
    return button;
  }));
}

function drawGaps() {
  const lines = told.days.filter((day) => told.gaps.some((gap) => gap.day === day.day)).map((day) => {
    const words = told.gaps.filter((gap) => gap.day === day.day).map((gap) => gap.words);
    return make('li', {}, make('b', {}, day.weekday), ` ${words.join(' · ')}`);
  });
  const list = make('ul', { className: 'roster-gaps' }, ...lines);
  const box = make('div', { className: 'notice notice-warn' }, make('div', {}, make('h2', {}, w('short')), list));
  find('[data-gaps]').replaceChildren(...(told.gaps.length ? [box] : []));
}

function drawDays() {
  for (const day of told.days) find(`[data-people="${day.day}"]`).textContent = day.people;
  for (const select of findAll('[data-cell]')) {
    const [staff, day] = select.dataset.cell.split(',');
    const cell = told.staff.find((each) => each.id === Number(staff))?.cells.find((each) => each.day === day);
    if (!cell) continue;
    if (![...select.options].some((option) => option.value === cell.code)) select.append(new Option(cell.name || cell.hours || w('off'), cell.code));
    select.value = cell.code;
    select.dataset.code = cell.code;
    find(`[data-note="${staff}-${day}"]`).textContent = cell.code && !cell.published ? w('draft') : '';
  }
}

function mark(focus = true) {
  for (const box of findAll('.is-chosen', root)) box.classList.remove('is-chosen');
  for (const [line, day] of chosen()) boxAt([line, day])?.classList.add('is-chosen');
  for (const box of findAll('[data-place]', root)) box.tabIndex = -1;
  const here = boxAt(at);
  if (!here) return;
  here.tabIndex = 0;
  status.textContent = describe(at);
  if (focus) here.focus({ preventScroll: false });
}

const boxAt = ([line, day]) => find(`[data-place="${line},${day}"]`, root);

function show(answer) {
  if (answer.week) told = answer.week;
  draw();
}

/** Post something about the roster; what speaks against it is asked about once. */
async function send(path, fields, undoable = true) {
  const { url, store } = root.dataset;
  const base = { store_id: store, week: told.monday };
  const answer = await postFields(`${url}${path}`, { ...base, ...fields });
  if (answer.ok) {
    const undo = undoable && answer.undo?.length ? () => takeBack(answer.undo) : null;
    toast(answer.words, undo);
    show(answer);
  } else if (answer.problems?.length) {
    askAnyway(answer, () => send(path, { ...fields, sure: 1, beyond: 1 }, undoable));
    show(answer);
  } else {
    complain(answer.error);
    show(answer);
  }
}

/** Show what others have changed meanwhile, when the page is looked at again. */
async function refresh() {
  if (document.hidden || dragging || find('dialog[open]')) return;
  const { url, store } = root.dataset;
  try {
    const answer = await fetch(`${url}data?store_id=${store}&week=${told.monday}`, { credentials: 'same-origin' });
    if (answer.ok) show({ week: await answer.json() });
  } catch {
    return;
  }
}

const takeBack = (cells) => send('cells', { cells: JSON.stringify(cells), sure: 1, beyond: 1 }, false);

function setCells(places, codeOf) {
  const cells = [];
  for (const [place, [line, day]] of places.entries()) {
    const cell = cellAt([line, day]);
    const code = codeOf(place);
    if (cell && cell.code !== code) cells.push([told.staff[line].id, cell.day, code, cell.code, null]);
  }
  if (cells.length && mayEdit()) send('cells', { cells: JSON.stringify(cells) });
}

function askAnyway(answer, again) {
  const list = make('ul', {}, ...answer.problems.map((each) => {
    const link = each.url ? [' ', make('a', { href: each.url }, w('move'))] : [];
    return make('li', {}, each.words, ...link);
  }));
  const foot = [make('button', { type: 'button', className: 'btn', 'data-close': '' }, w('leaveit'))];
  if (!answer.final) {
    const sure = make('button', { type: 'button', className: 'btn btn-danger' }, w('anyway'));
    sure.addEventListener('click', () => { box.close(); again(); });
    foot.push(sure);
  }
  const box = makeBox(w('refused'), make('div', { className: 'box-body' }, list), make('div', { className: 'box-foot' }, ...foot));
  open(box);
}

function askHours() {
  const input = make('input', { className: 'form-control num', id: 'roster-hours', autocomplete: 'off' });
  const form = make('form', { method: 'dialog', className: 'box-body' }, make('label', { className: 'form-label', htmlFor: 'roster-hours' }, w('ownhint')), input);
  const foot = make('div', { className: 'box-foot' }, make('button', { type: 'button', className: 'btn', 'data-close': '' }, w('leaveit')), make('button', { className: 'btn btn-primary' }, w('set')));
  form.append(foot);
  const box = makeBox(w('own'), form);
  form.addEventListener('submit', () => { if (input.value.trim()) setCells(chosen(), () => input.value.trim()); });
  open(box);
  input.focus();
}

function askPerson(person) {
  const weeks = make('input', { className: 'form-control num', id: 'roster-weeks', type: 'number', min: 1, max: 12, value: 1 });
  const copy = make('button', { type: 'button', className: 'btn' }, w('copyperson'));
  const clear = make('button', { type: 'button', className: 'btn' }, w('clearperson'));
  const box = makeBox(w('person').replace('{name}', person.name), make('div', { className: 'box-body' }, make('label', { className: 'form-label', htmlFor: 'roster-weeks' }, w('weeks')), weeks), make('div', { className: 'box-foot' }, clear, copy));
  copy.addEventListener('click', () => { box.close(); send('copy', { staff_id: person.id, weeks: weeks.value || 1 }); });
  clear.addEventListener('click', () => { box.close(); send('clear', { staff_id: person.id }); });
  open(box);
}

function typed(key) {
  const place = Number(key);
  if (place >= 1 && place <= told.templates.length) return told.templates[place - 1].code;
  return told.templates.find((each) => each.sign.toLowerCase() === key.toLowerCase())?.code;
}

function onKey(event) {
  if (!event.target.dataset?.place || event.altKey) return;
  const move = MOVES[event.key];
  const command = event.ctrlKey || event.metaKey;
  if (move && !command) {
    at = [Math.max(0, Math.min(told.staff.length - 1, at[0] + move[0])), Math.max(0, Math.min(6, at[1] + move[1]))];
    if (!event.shiftKey) corner = at;
    mark();
  } else if (command && event.key === 'c') {
    copied = { cells: chosen().map((place) => cellAt(place).code), wide: Math.abs(at[1] - corner[1]) + 1 };
  } else if (command && event.key === 'v' && copied) {
    const [top, left] = chosen()[0];
    const places = copied.cells.map((_code, n) => [top + Math.floor(n / copied.wide), left + (n % copied.wide)]);
    setCells(places.filter(([line, day]) => cellAt([line, day])), (n) => copied.cells[n]);
  } else if (command || !mayEdit()) {
    return;
  } else if (event.key === 'Delete' || event.key === 'Backspace') {
    setCells(chosen(), () => '');
  } else if (event.key === 'Enter') {
    askHours();
  } else if (event.key.length === 1 && typed(event.key) !== undefined) {
    setCells(chosen(), () => typed(event.key));
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

const placeOf = (element) => element?.closest?.('[data-place]')?.dataset.place.split(',').map(Number);

function onDown(event) {
  const place = placeOf(event.target);
  if (!place || event.button) return;
  at = place;
  if (!event.shiftKey) corner = at;
  dragging = event.pointerType !== 'touch';
  mark();
  if (dragging) event.preventDefault();
}

function onMove(event) {
  const place = dragging && placeOf(document.elementFromPoint(event.clientX, event.clientY));
  if (!place || `${place}` === `${at}`) return;
  at = place;
  mark();
}

function onUp(event) {
  if (!placeOf(event.target) && !dragging) return;
  dragging = false;
  if (armed !== null && placeOf(event.target)) setCells(chosen(), () => armed);
}

if (root) {
  find('[data-days]').classList.add('is-drawn');
  draw();
  root.addEventListener('keydown', onKey);
  document.addEventListener('visibilitychange', refresh);
  root.addEventListener('pointerdown', onDown);
  root.addEventListener('pointermove', onMove);
  root.addEventListener('dblclick', (event) => { if (placeOf(event.target) && mayEdit()) askHours(); });
  document.addEventListener('pointerup', onUp);
  for (const form of findAll('[data-roster-act]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const fields = Object.fromEntries(new FormData(form));
      send(new URL(form.action).pathname.slice(root.dataset.url.length), fields);
    });
  }
  find('[data-days]').addEventListener('change', (event) => {
    const select = event.target.closest('[data-cell]');
    if (!select) return;
    const [staff, day] = select.dataset.cell.split(',');
    send('cells', { cells: JSON.stringify([[Number(staff), day, select.value, select.dataset.code, null]]) });
  });
}
find('[data-sends]')?.addEventListener('change', (event) => submit(event.target.form));
