import { find, findAll, on, say } from './dom.js';
import { confirm, makeBox, open } from './dialogs.js';
import { styleFields } from './field_loader.js';
import { leaveByPost } from './server.js';

const TURNING = ['after', 'before', 'page'];
let all = null;
let last = null;

const list = () => find('table.list');
const bar = () => find('.selection');
const boxes = () => findAll('tbody .pick input', list());
const picked = () => boxes().filter((box) => box.checked);
const said = () => say('picked', { count: all ? all.label : picked().length });

function query() {
  const asked = new URLSearchParams(location.search);
  TURNING.forEach((name) => asked.delete(name));
  return asked.toString();
}

function paint() {
  const rows = boxes();
  const chosen = rows.filter((box) => box.checked);
  const whole = find('thead .pick input', list());
  const isWhole = rows.length > 0 && chosen.length === rows.length;
  if (!isWhole) all = null;
  rows.forEach((box) => box.closest('tr').classList.toggle('is-picked', box.checked));
  whole.checked = isWhole;
  whole.indeterminate = chosen.length > 0 && !isWhole;
  bar().hidden = chosen.length === 0;
  find('[data-picked]', bar()).textContent = all ? say('all_picked', { count: all.label }) : said();
  const more = find('[data-pick-all]', bar());
  if (more) more.hidden = !isWhole || all !== null;
  findAll('[data-bulk]', bar()).forEach((button) => {
    button.disabled = all !== null && all.count > Number(bar().dataset.most) && !('any' in button.dataset);
  });
}

async function ask(action = '') {
  const asked = new URLSearchParams(query());
  if (action) asked.set('action', action);
  const answer = await fetch(`${bar().dataset.count}?${asked}`, { headers: { Accept: 'application/json' } }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** Say beforehand how many rows all are: it is asked for while she reads. */
async function offerAll() {
  const more = find('[data-pick-all]', bar());
  if (!more || more.hidden || more.dataset.known) return;
  more.dataset.known = 'yes';
  const answer = await ask();
  if (!answer) return;
  more.all = answer;
  more.textContent = say('pick_all', { count: answer.label });
}

async function pickAll(button) {
  all = button.all ?? await ask();
  paint();
  find('[data-unpick]', bar()).focus();
}

function send(button, more = {}) {
  const chosen = all ? { all: '1' } : { rowid: picked().map((box) => box.value) };
  const url = location.pathname + location.search;
  leaveByPost(bar().dataset.url, { action: button.dataset.bulk, query: query(), url, ...chosen, ...more });
}

async function countFor(button) {
  if (!all) return said();
  const answer = await ask(button.dataset.bulk);
  return say('picked', { count: answer ? answer.label : all.label });
}

async function askFor(button) {
  const form = find(`template[data-asks="${CSS.escape(button.dataset.bulk)}"]`).content.firstElementChild.cloneNode(true);
  find('[data-count]', form).textContent = await countFor(button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(button, { value: find('[name=value]', form).value });
  });
  const box = open(makeBox(button.textContent.trim(), form));
  await styleFields(form);
  (find('.ts-control input', box) ?? find('[name=value]', box)).focus();
}

async function act(button) {
  const { confirm: question } = button.dataset;
  if ('asks' in button.dataset) { askFor(button); return; }
  const label = button.textContent.trim();
  const isExport = button.dataset.bulk.startsWith('export.');
  if ((question || all) && !isExport) {
    const danger = 'danger' in button.dataset;
    if (!await confirm(`${question ?? `${label}:`} ${await countFor(button)}`, { label, danger })) return;
  }
  send(button);
}

function pickRange(box, isRange) {
  const rows = boxes();
  const place = rows.indexOf(box);
  if (isRange && last !== null) {
    rows.slice(Math.min(place, last), Math.max(place, last) + 1).forEach((each) => { each.checked = box.checked; });
  }
  last = place;
  all = null;
  paint();
  offerAll();
}

/** Pick or unpick a row by key; *isRange* takes those between it and the last one along. */
export function pickRow(row, isRange) {
  const box = find('.pick input', row);
  if (!box || !bar()) return;
  box.checked = isRange ? true : !box.checked;
  pickRange(box, isRange);
}

function pickNone() {
  boxes().forEach((box) => { box.checked = false; });
  all = null;
  paint();
  find('thead .pick input', list()).focus();
}

/** Rows picked for an action on all of them; shift picks the range between two. */
export function startSelection() {
  if (!list() || !bar()) return;
  on('click', 'table.list tbody .pick input', (box, event) => pickRange(box, event.shiftKey));
  on('change', 'table.list thead .pick input', (whole) => {
    boxes().forEach((box) => { box.checked = whole.checked; });
    all = null;
    paint();
    offerAll();
  });
  on('click', '[data-unpick]', pickNone);
  on('click', '[data-pick-all]', pickAll);
  on('click', '[data-bulk]', act);
  addEventListener('pageshow', paint);
}
