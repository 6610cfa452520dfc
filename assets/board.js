import { find, make, readJson } from './admin/dom.js';
import { postFields } from './admin/server.js';
import { toast } from './admin/toasts.js';

const POLL_MS = 4000;
const CELL_PX = 5;
/** Times are dropped on quarters of an hour, and a drag begins after some pixels. */
const SNAP = 3;
const FAR_PX = 5;
/** Shorter visits have room for one line. */
const ONE_LINE = 7;
const root = find('[data-board]');
let told = readJson('board-data');
let seen = JSON.stringify(told);
let drag = null;

const place = (element, from, cells) => {
  element.style.top = `${from * CELL_PX}px`;
  element.style.height = `${cells * CELL_PX - 1}px`;
  return element;
};

function drawVisit(visit, [, , from, to]) {
  const block = make('a', { href: `/console/booking/visits/${visit.id}/`, draggable: false });
  block.className = `board-visit is-${visit.status}${visit.late ? ' is-late' : ''}${to - from < ONE_LINE ? ' is-short' : ''}`;
  const name = `${visit.allergies ? '⚠ ' : ''}${visit.name}`;
  block.append(make('b', {}, `${name} `, make('span', { className: 'num' }, visit.span)),
    make('small', {}, `${visit.label} · ${visit.what}`));
  block.title = `${name} ${visit.span}\n${visit.label} · ${visit.what}${visit.allergies ? `\n${root.dataset.allergies}` : ''}`;
  if (visit.movable && root.dataset.mayEdit && root.dataset.by === 'staff') {
    block.classList.add('is-movable');
    block.addEventListener('pointerdown', (event) => begin(event, block, visit, from));
  }
  return place(block, from, to - from);
}

function drawColumn(column) {
  const lane = make('div', { className: 'board-lane' });
  lane.style.height = `${told.cells * CELL_PX}px`;
  lane.dataset.column = column.id;
  for (const [from, to] of column.off) lane.append(place(make('div', { className: 'board-off' }), from, to - from));
  for (const visit of told.visits) {
    for (const claim of visit.claims) {
      if (claim[0] === root.dataset.by && claim[1] === column.id) lane.append(drawVisit(visit, claim));
    }
  }
  if (told.now !== null && told.now >= 0 && told.now < told.cells) {
    lane.append(Object.assign(place(make('div', { className: 'board-now' }), told.now, 0), {}));
    lane.lastChild.style.height = '';
  }
  lane.addEventListener('pointerdown', (event) => beginNew(event, lane));
  const head = make('div', { className: 'board-head' }, make('strong', {}, column.name), make('small', {}, column.title));
  return make('section', { className: 'board-column', 'aria-label': column.name }, head, lane);
}

function draw() {
  const columns = told[root.dataset.by];
  const at = [root.scrollLeft, root.scrollTop];
  if (!columns.length) {
    root.replaceChildren(make('p', { className: 'board-empty' }, root.dataset.nobody));
    return;
  }
  const hours = make('div', { className: 'board-hours' }, make('div', { className: 'board-head' }));
  const lane = make('div', { className: 'board-column' });
  lane.style.height = `${told.cells * CELL_PX}px`;
  for (const { cell, label } of told.hours.slice(1)) {
    const time = make('time', {}, label);
    time.style.top = `${cell * CELL_PX}px`;
    lane.append(time);
  }
  hours.append(lane);
  root.replaceChildren(hours, ...columns.map(drawColumn));
  [root.scrollLeft, root.scrollTop] = at;
}

const momentOf = (cell) => new Date((told.first_at + cell * told.minutes * 60) * 1000).toISOString();
const snap = (pixels) => Math.round(pixels / CELL_PX / SNAP) * SNAP;

function begin(event, block, visit, from) {
  if (event.button) return;
  drag = { block, visit, from, x: event.clientX, y: event.clientY, moved: false, lane: block.parentElement, cell: from };
  block.setPointerCapture(event.pointerId);
  block.onpointermove = follow;
  block.onpointerup = drop;
  block.onpointercancel = giveUp;
}

function follow(event) {
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < FAR_PX) return;
  drag.moved = true;
  drag.block.classList.add('is-dragged');
  drag.block.style.pointerEvents = 'none';
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest('.board-lane');
  drag.block.style.pointerEvents = '';
  if (under && under !== drag.block.parentElement) under.append(drag.block);
  drag.cell = Math.max(0, drag.from + snap(dy));
  drag.block.style.top = `${drag.cell * CELL_PX}px`;
}

function giveUp() {
  drag = null;
  draw();
}

async function drop() {
  const { block, visit, from, cell, moved, lane } = drag;
  const column = block.parentElement.dataset.column;
  if (!moved || (cell === from && block.parentElement === lane)) {
    drag = null;
    return;
  }
  block.addEventListener('click', (event) => event.preventDefault(), { once: true });
  const answer = await postFields('/console/booking/board/move', {
    visit_id: visit.id,
    staff_id: column,
    from_staff_id: lane.dataset.column,
    starts_at: momentOf(visit.starts + cell - from),
  });
  drag = null;
  toast(answer.ok ? root.dataset.moved : answer.error);
  seen = '';
  draw();
  refresh();
}

function beginNew(event, lane) {
  if (event.target !== lane || event.button || !root.dataset.mayEdit || root.dataset.by !== 'staff') return;
  const from = Math.floor(event.offsetY / CELL_PX / SNAP) * SNAP;
  const box = place(make('div', { className: 'board-new' }), from, SNAP * 2);
  lane.append(box);
  const grow = (moved) => place(box, from, Math.max(SNAP, snap(moved.clientY - event.clientY)));
  const stop = () => { box.remove(); lane.onpointermove = lane.onpointerup = lane.onpointercancel = null; };
  lane.onpointermove = grow;
  lane.onpointercancel = stop;
  lane.onpointerup = () => {
    const { store, day } = root.dataset;
    const query = new URLSearchParams({ store_id: store, day, staff_id: lane.dataset.column, starts_local: momentOf(from) });
    stop();
    location.assign(`/console/booking/new/?${query}`);
  };
}

async function refresh() {
  if (drag || document.hidden) return;
  const { store, day } = root.dataset;
  try {
    const answer = await fetch(`/console/booking/board/data?store_id=${store}&day=${day}`, { credentials: 'same-origin' });
    if (!answer.ok || drag) return;
    const text = await answer.text();
    if (text === seen) return;
    seen = text;
    told = JSON.parse(text);
    draw();
  } catch {
    return;
  }
}

if (root) {
  draw();
  if (told.now !== null) root.scrollTop = Math.max(0, (told.now - 18) * CELL_PX);
  setInterval(refresh, POLL_MS);
  document.addEventListener('visibilitychange', refresh);
  find('[data-sends]')?.addEventListener('change', (event) => event.target.form.submit());
}
