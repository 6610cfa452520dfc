import { find, findAll, make, on, say } from './dom.js';

const PAUSE_MS = 60;
const KEPT = 8;
const RECORD = /^\/console\/[a-z0-9]+\/[a-z0-9_-]+\/[0-9]+\/$/;
const SVG = 'http://www.w3.org/2000/svg';
let timer = 0;
let asking = null;
let last = null;

const box = () => find('#palette');
const field = () => find('input', box());
const list = () => find('#palette-list');
const options = () => findAll('[role=option]', list());
const chosen = () => find('[aria-selected=true]', list());
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

/* What a person opened on this device: addresses only, never a name. */
const shelf = () => `recent:${box().dataset.person}`;

function opened() {
  try {
    const kept = JSON.parse(localStorage.getItem(shelf()) ?? '[]');
    return kept.filter((place) => RECORD.test(place)).slice(0, KEPT);
  } catch {
    return [];
  }
}

function noteOpened() {
  if (!RECORD.test(location.pathname) || find('.error-page')) return;
  const kept = [location.pathname, ...opened().filter((place) => place !== location.pathname)];
  try {
    localStorage.setItem(shelf(), JSON.stringify(kept.slice(0, KEPT)));
  } catch {
    // A full or forbidden store costs the recent ones only.
  }
}

function drawIcon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${box().dataset.sprite}#${name}`);
  drawing.append(use);
  return drawing;
}

function drawMarked(className, text, marks) {
  const letters = [...text];
  const parts = [];
  let done = 0;
  for (const [start, end] of marks) {
    parts.push(letters.slice(done, start).join(''), make('mark', {}, letters.slice(start, end).join('')));
    done = end;
  }
  return make('span', { className }, ...parts, letters.slice(done).join(''));
}

function drawHit(hit, id) {
  return make(
    'a', { className: 'palette-hit', role: 'option', id, href: hit.url, tabIndex: -1, 'aria-selected': 'false' },
    drawIcon(hit.icon), drawMarked('what', hit.label, hit.marks), drawMarked('which', hit.detail, hit.detail_marks),
  );
}

function drawGroup(group) {
  const id = `palette-${group.key}`;
  const title = make('div', { className: 'palette-title', id, role: 'presentation' }, group.title);
  const hits = group.hits.map((hit, place) => drawHit(hit, `${id}-${place}`));
  if (group.more) {
    const all = { label: box().dataset.all, detail: group.title, url: group.more, icon: 'list', marks: [], detail_marks: [] };
    hits.push(drawHit(all, `${id}-all`));
  }
  return make('div', { role: 'group', 'aria-labelledby': id }, title, ...hits);
}

function choose(option, { scroll = true } = {}) {
  chosen()?.setAttribute('aria-selected', 'false');
  option?.setAttribute('aria-selected', 'true');
  if (option) field().setAttribute('aria-activedescendant', option.id);
  else field().removeAttribute('aria-activedescendant');
  if (scroll) option?.scrollIntoView({ block: 'nearest' });
}

function tell(note, heard = note) {
  const place = find('[data-note]', box());
  place.textContent = note;
  place.hidden = !note;
  find('[role=status]', box()).textContent = heard;
}

function show(answer) {
  last = answer.q;
  list().replaceChildren(...answer.groups.map(drawGroup));
  const count = options().length;
  list().setAttribute('aria-busy', 'false');
  field().setAttribute('aria-expanded', String(count > 0));
  choose(options()[0]);
  const words = box().dataset;
  if (count) tell('', fill(words.counted, { count }));
  else tell(answer.q ? fill(words.nothing, { text: answer.q }) : '');
  list().scrollTop = 0;
}

async function ask() {
  const text = field().value.trim();
  asking?.abort();
  asking = new AbortController();
  const address = new URL(box().dataset.url, location.href);
  if (text) address.searchParams.set('q', text);
  else opened().forEach((place) => address.searchParams.append('recent', place));
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' }, signal: asking.signal });
    const read = await answer.json();
    if (answer.ok) show(read);
    else fail(read.error ?? say('failed'));
  } catch (problem) {
    if (problem.name !== 'AbortError') fail(say('offline'));
  }
}

function fail(words) {
  show({ q: null, groups: [] });
  tell(words);
}

function typed(event) {
  if (event.isComposing) return;
  list().setAttribute('aria-busy', 'true');
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE_MS);
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

/** Enter opens what is chosen; what was typed in the last moment is asked for first. */
async function enter(event) {
  const { ctrlKey, metaKey } = event;
  clearTimeout(timer);
  if (last !== field().value.trim()) await ask();
  const option = chosen();
  if (!option) return;
  if (ctrlKey || metaKey) {
    window.open(option.href, '_blank', 'noopener');
    return;
  }
  box().close();
  location.assign(option.href);
}

function pressed(event) {
  if (event.isComposing || event.keyCode === 229) return;
  const acts = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => choose(options().at(-1)),
    PageUp: () => choose(options()[0]),
    Enter: () => enter(event),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

function openPalette() {
  if (find('dialog[open]')) return;
  field().value = '';
  show({ q: null, groups: [] });
  box().showModal();
  field().focus();
  ask();
}

function shortcut(event) {
  const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
  if (!wanted || event.isComposing) return;
  event.preventDefault();
  if (box().open) box().close();
  else openPalette();
}

/** Ctrl K or ⌘K on every page: find members, pages, actions and whatever plugins bring. */
export function startPalette() {
  if (!box()) return;
  noteOpened();
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) findAll('[data-command-key]').forEach((key) => { key.textContent = '⌘K'; });
  document.addEventListener('keydown', shortcut);
  on('click', '[data-command]', openPalette);
  field().addEventListener('input', typed);
  field().addEventListener('compositionend', typed);
  box().addEventListener('keydown', pressed);
  box().addEventListener('mousemove', (event) => {
    const option = event.target.closest('[role=option]');
    if (option && option !== chosen()) choose(option, { scroll: false });
  });
  box().addEventListener('click', (event) => {
    if (event.target === box() || event.target.closest('[data-close]')) box().close();
  });
  box().addEventListener('close', () => { asking?.abort(); clearTimeout(timer); });
}
