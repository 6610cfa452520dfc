import { find, make } from '../admin/dom.js';
import { bookAt, move, sayTime, stretch, undoMove } from './boxes.js';
import { draw, put } from './draw.js';
import { CELL_PX, SNAP, clashOf, momentOf, root, state, visitOf } from './state.js';

/** A drag begins after some pixels; a finger holds still first, so that it can scroll. */
const FAR_PX = 5;
const HOLD_MS = 350;
const STILL_PX = 10;
const EDGE_PX = 44;

const columnOf = (lane) => state.told.columns[Number(lane.dataset.column)];
const snapped = (cells) => Math.round(cells / SNAP) * SNAP;
const signed = (minutes) => (minutes * state.told.seconds) / 60;

let press = null;

function laneUnder(event) {
  const lanes = [...root.querySelectorAll('.board-lane')];
  return lanes.find((lane) => {
    const box = lane.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
}

function pressed(event) {
  if (event.button || state.drag || !root.dataset.mayEdit) return;
  const card = event.target.closest('.board-visit');
  const lane = event.target.closest('.board-lane');
  if (!lane || (card && !visitOf(card.dataset.visit))) return;
  const visit = card && visitOf(card.dataset.visit);
  const grip = Boolean(event.target.closest('.board-grip'));
  if (card && !(visit.movable || (grip && visit.running))) return;
  press = { card, lane, visit, grip, x: event.clientX, y: event.clientY, top: root.scrollTop, left: root.scrollLeft, id: event.pointerId };
  if (event.pointerType === 'touch' && !grip) press.timer = setTimeout(() => begin(event), HOLD_MS);
}

function begin(event) {
  const { card, lane, visit, grip } = press;
  const column = columnOf(lane);
  root.setPointerCapture(press.id);
  if (event.pointerType === 'touch') navigator.vibrate?.(15);
  if (!card) {
    const offset = press.y - lane.getBoundingClientRect().top;
    const from = column.first + Math.floor(offset / CELL_PX / SNAP) * SNAP;
    const box = make('div', { className: 'board-new' }, make('span', { className: 'num' }));
    state.drag = { kind: 'new', lane, column, box, from, to: from + SNAP * 2 };
    lane.append(put(box, from - column.first, SNAP * 2));
    tell();
    return;
  }
  const [from, to] = [Number(card.dataset.from), Number(card.dataset.to)];
  state.drag = { kind: grip ? 'stretch' : 'move', visit, box: card, home: lane, lane, column, source: column, was: from, from, to, end: to, item: Number(card.dataset.item) };
  card.classList.add('is-dragged');
  tell();
}

function tell() {
  const { drag } = state;
  const time = find('.num', drag.box);
  if (time) time.textContent = sayTime(drag.column, drag.from, drag.to);
  drag.box.dataset.time = sayTime(drag.column, drag.from, drag.to);
  const clash = clashOf(drag.column, drag.visit, drag.from, drag.to);
  drag.box.classList.toggle('is-clash', Boolean(clash));
}

function moved(event) {
  if (press && !state.drag) {
    const far = Math.hypot(event.clientX - press.x, event.clientY - press.y);
    const touch = event.pointerType === 'touch' && !press.grip;
    if (touch && far > STILL_PX) release();
    else if (!touch && far > FAR_PX) begin(event);
  }
  if (state.drag && press) follow(event);
}

function follow(event) {
  const { drag } = state;
  const dy = event.clientY - press.y + root.scrollTop - press.top;
  const cells = dy / CELL_PX;
  if (drag.kind === 'new') {
    drag.to = drag.from + Math.max(SNAP, snapped(cells + SNAP / 2));
    put(drag.box, drag.from - drag.column.first, drag.to - drag.from);
  } else if (drag.kind === 'stretch') {
    const least = drag.visit.running ? drag.end : drag.from + 1;
    drag.to = Math.max(least, drag.column.first + snapped(drag.end - drag.column.first + cells));
    put(drag.box, drag.from - drag.column.first, drag.to - drag.from);
  } else {
    const lane = laneUnder(event);
    if (lane && lane !== drag.lane) {
      lane.append(drag.box);
      drag.lane = lane;
      drag.column = columnOf(lane);
    }
    const size = drag.end - drag.was;
    const top = snapped(drag.was - drag.source.first + cells);
    drag.from = drag.column.first + Math.min(Math.max(top, 0), state.told.cells - 1);
    drag.to = drag.from + size;
    put(drag.box, drag.from - drag.column.first, size);
  }
  tell();
  scrollAtEdge(event);
}

function scrollAtEdge(event) {
  const box = root.getBoundingClientRect();
  if (event.clientY > box.bottom - EDGE_PX) root.scrollTop += CELL_PX;
  if (event.clientY < box.top + EDGE_PX * 2) root.scrollTop -= CELL_PX;
  if (event.clientX > box.right - EDGE_PX) root.scrollLeft += CELL_PX;
  if (event.clientX < box.left + EDGE_PX * 2) root.scrollLeft -= CELL_PX;
}

function release() {
  clearTimeout(press?.timer);
  press = null;
}

function giveUp() {
  release();
  if (!state.drag) return;
  state.drag.box.remove();
  state.drag = null;
  draw();
}

function dropped() {
  const { drag } = state;
  const tapped = press;
  release();
  if (!drag) {
    if (tapped && !tapped.card && tapped.lane) return;
    return;
  }
  root.addEventListener('click', stopClick, { capture: true, once: true });
  setTimeout(() => root.removeEventListener('click', stopClick, true));
  if (drag.kind === 'new') {
    drag.box.remove();
    state.drag = null;
    bookAt(drag.column, drag.from, drag.to - drag.from);
    return;
  }
  drag.box.classList.add('is-saving');
  if (drag.kind === 'stretch') endStretch(drag);
  else endMove(drag);
}

function endStretch(drag) {
  const more = signed(drag.to - drag.end);
  if (!more) giveUp();
  else stretch(drag.visit, drag.item, more);
}

function endMove(drag) {
  const by = drag.from - drag.was;
  if (!by && drag.column === drag.source) {
    giveUp();
    return;
  }
  const fields = { starts_at: momentOf(drag.visit.starts + by), source_id: drag.source.id, target_id: drag.column.id };
  move(drag.visit, fields, undoMove(drag.visit, [null, drag.source.id], drag.column.id));
}

function stopClick(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Drag visits, their lower edge, and free time: with a mouse, a pen or a finger that holds. */
export function startDrag() {
  root.addEventListener('pointerdown', pressed);
  root.addEventListener('pointermove', moved);
  root.addEventListener('pointerup', dropped);
  root.addEventListener('pointercancel', giveUp);
  root.addEventListener('touchmove', (event) => { if (state.drag) event.preventDefault(); }, { passive: false });
  root.addEventListener('contextmenu', (event) => { if (press || state.drag) event.preventDefault(); });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && state.drag) giveUp(); });
}
