import { find, findAll, make, say } from '../admin/dom.js';
import { makeBox, open } from '../admin/dialogs.js';
import { postFields } from '../admin/server.js';
import { toast } from '../admin/toasts.js';
import { draw } from './draw.js';
import { refresh, send } from './sync.js';
import { clockOf, momentOf, root, state, visitOf, word } from './state.js';

const STEP = 5;
const LONGEST = 720;

/** Say why a change is refused; offer what is possible, and with a reason to do it all the same. */
export function refuse(answer, again) {
  const box = makeBox(word('refused'));
  const body = make('div', { className: 'box-body' }, make('p', { role: 'alert' }, answer.error));
  if (answer.offers?.length) {
    const offers = answer.offers.map(({ label, more, room_id: room }) => {
      const button = make('button', { type: 'button', className: 'btn num' }, label);
      button.addEventListener('click', () => { box.close(); again({ more, room }); });
      return button;
    });
    body.append(make('div', { className: 'board-times' }, ...offers));
  }
  if (answer.times?.length) {
    const times = answer.times.map(({ at, label }) => {
      const button = make('button', { type: 'button', className: 'btn num' }, label);
      button.addEventListener('click', () => { box.close(); again({ starts_at: at }); });
      return button;
    });
    body.append(make('p', {}, word('nearest')), make('div', { className: 'board-times' }, ...times));
  }
  box.append(body);
  if (answer.forcible) box.append(askWhy(box, again));
  else box.append(make('div', { className: 'box-foot' }, make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('close'))));
  open(box);
}

function askWhy(box, again) {
  const input = make('input', { type: 'text', className: 'form-control', maxLength: 200, required: true, autocomplete: 'off' });
  const label = make('label', { className: 'form-label' }, word('why'), input);
  const act = make('button', { type: 'submit', className: 'btn btn-danger' }, word('force'));
  const cancel = make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('cancel'));
  const form = make('form', { method: 'dialog' }, make('div', { className: 'box-body' }, label), make('div', { className: 'box-foot' }, cancel, act));
  form.addEventListener('submit', () => again({ why: input.value.trim() }));
  return form;
}

/** Move a visit; what is refused is asked again with another time or a reason, and can be undone. */
export function move(visit, fields, undo = null) {
  const wanted = { visit_id: visit.id, version: visit.version, by: root.dataset.by, ...fields };
  return send('/console/booking/board/move', wanted, (answer) => {
    finish(answer, visit, undo, (other) => (other.more
      ? stretch(visit, visit.items.length - 1, other.more) : move(visit, { ...fields, ...other }, undo)));
  });
}

/** Let a service of a visit take longer or shorter by so many minutes. */
export function stretch(visit, item, more, why = '', room = '') {
  return send('/console/booking/board/stretch', { visit_id: visit.id, version: visit.version, item, more, why, room_id: room }, (answer) => {
    const undo = visit.running ? null : () => stretch({ ...visit, version: answer.version }, item, -more, why || word('undone'));
    finish(answer, visit, undo, (other) => (other.starts_at
      ? move(visit, other) : stretch(visit, item, other.more ?? more, other.why, other.room)));
  });
}

function finish(answer, visit, undo, again) {
  state.drag = null;
  if (answer.ok) toast(word('moved', { name: visit.name }), undo && (() => undo(answer.version)));
  else refuse(answer, again);
  draw();
}

const field = (label, input) => make('div', { className: 'field' }, make('label', { className: 'form-label' }, label, input));

/** Ask for minutes, in the board's steps unless they are odd already. */
function askMinutes(label, minutes, least = STEP) {
  const step = minutes % STEP ? 'any' : STEP;
  const input = make('input', { type: 'number', className: 'form-control num', min: least, max: LONGEST, step, value: minutes, inputMode: 'numeric', required: true });
  return [input, field(label, input)];
}

function askLengths(visit) {
  const label = (what) => (visit.items.length > 1 ? word('length_of', { what }) : word('length'));
  return visit.items.map(([what, minutes]) => askMinutes(label(what), minutes));
}

const lengthsOf = (visit) => visit.items.map(([, minutes]) => minutes).join();

function foot(label) {
  return make('div', { className: 'box-foot' }, make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('cancel')), make('button', { type: 'submit', className: 'btn btn-primary' }, label));
}

/** A visit that runs stays where it is, and can last longer. */
function askLonger(visit) {
  const place = visit.items.length - 1;
  const [, minutes] = visit.items[place];
  const [input, shown] = askMinutes(word('length'), minutes, minutes);
  const form = make('form', { method: 'dialog' }, make('div', { className: 'box-body' }, make('p', {}, `${visit.span} ${visit.what}`), make('div', { className: 'fields' }, shown)), foot(word('extend')));
  const box = makeBox(word('longer_whom', { name: visit.name }), form);
  form.addEventListener('submit', () => {
    if (input.valueAsNumber > minutes) stretch(visit, place, input.valueAsNumber - minutes);
  });
  open(box);
  input.select();
}

/** The way without dragging: a day, a time, whose column, and how long. */
export function askMove(visit) {
  if (!visit.movable) {
    askLonger(visit);
    return;
  }
  const part = visit.claims.find(([kind]) => kind === root.dataset.by) ?? visit.claims[0];
  const column = state.told.columns.find((each) => each.kind === part?.[0] && each.id === part[1]) ?? state.told.columns[0];
  const day = make('input', { type: 'date', className: 'form-control num', name: 'day', value: visit.day, required: true });
  const time = make('input', { type: 'time', className: 'form-control num', name: 'time', value: visit.begins, step: STEP * 60, required: true });
  const whom = make('select', { className: 'form-select', name: 'target' });
  const columns = new Map(state.told.columns.map((each) => [each.id, each.name]));
  for (const [id, name] of columns) whom.append(make('option', { value: id, selected: id === column?.id }, name));
  const lengths = askLengths(visit);
  const fields = make('div', { className: 'fields' }, field(word('day'), day), field(word('time'), time));
  if (part) fields.append(field(word(root.dataset.by), whom));
  fields.append(...lengths.map(([, shown]) => shown));
  const form = make('form', { method: 'dialog' }, make('div', { className: 'box-body' }, make('p', {}, `${visit.span} ${visit.what}`), fields), foot(word('move')));
  const box = makeBox(word('move_whom', { name: visit.name }), form);
  form.addEventListener('submit', () => {
    const wanted = { starts_at: `${day.value}T${time.value}`, source_id: part?.[1] ?? '', target_id: whom.value, lengths: lengths.map(([input]) => input.value).join() };
    move(visit, wanted, undoMove(visit, part, whom.value));
  });
  open(box);
  time.focus();
}

/** Return what takes a move back: to the time, the column and the length that it had. */
export function undoMove(visit, part, target) {
  return (version) => move({ ...visit, version }, { starts_at: momentOf(visit.starts), source_id: target, target_id: part?.[1] ?? '', lengths: lengthsOf(visit) });
}

/** Show a visit with all that can be done with it; the page of the visit is one tap further. */
export async function showVisit(visit) {
  let html = '';
  try {
    const answer = await fetch(`/console/booking/board/visit/${visit.id}`, { credentials: 'same-origin' });
    if (answer.ok) html = await answer.text();
  } catch {
    html = '';
  }
  if (!html) {
    location.assign(`/console/booking/visits/${visit.id}/`);
    return;
  }
  const content = new DOMParser().parseFromString(html, 'text/html').body;
  const box = makeBox(visit.name, ...content.childNodes);
  box.classList.add('board-card');
  const change = find('[data-board-move]', box);
  change?.addEventListener('click', () => { box.close(); askMove(visitOf(visit.id) ?? visit); });
  findAll('form', box).forEach((form) => form.addEventListener('submit', (event) => act(event, form, box)));
  open(box);
}

async function act(event, form, box) {
  event.preventDefault();
  event.stopPropagation();
  const { submitter } = event;
  const fields = Object.fromEntries(new FormData(form));
  if (submitter) submitter.disabled = true;
  const answer = await postFields(form.action, fields);
  if (answer.ok) {
    box.close();
    toast(word('done'));
    refresh();
    return;
  }
  if (submitter) submitter.disabled = false;
  const told = find('[role=alert]', box);
  told.textContent = answer.error;
  told.hidden = false;
}

/** Lead to a new booking at a cell of a column. */
export function bookAt(column, from, cells) {
  const { store } = root.dataset;
  const query = new URLSearchParams({ store_id: store, day: column.day, starts_local: momentOf(from), minutes: (cells * state.told.seconds) / 60 });
  if (column.kind === 'staff') query.set('staff_id', column.id);
  location.assign(`/console/booking/new/?${query}`);
}

export const sayTime = (column, from, to) => `${clockOf(column, from)}–${clockOf(column, to)}`;
