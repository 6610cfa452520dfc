import { find, findAll, isTyping } from '../admin/dom.js';
import { askMove, showVisit } from './boxes.js';
import { draw, visitAt } from './draw.js';
import { root, state, visitOf } from './state.js';

const CARD = '.board-visit';

/** Go to the card above or below, or to the one beside it that begins about then. */
function step(card, key) {
  const lane = card.closest('.board-lane');
  const cards = findAll(CARD, lane).sort((one, other) => one.offsetTop - other.offsetTop);
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    cards[cards.indexOf(card) + (key === 'ArrowDown' ? 1 : -1)]?.focus();
    return;
  }
  const lanes = findAll('.board-lane', root);
  const by = key === 'ArrowRight' ? 1 : -1;
  for (let place = lanes.indexOf(lane) + by; lanes[place]; place += by) {
    const near = findAll(CARD, lanes[place])
      .sort((one, other) => Math.abs(one.offsetTop - card.offsetTop) - Math.abs(other.offsetTop - card.offsetTop))[0];
    if (near) {
      near.focus();
      return;
    }
  }
}

function pressedOnCard(event) {
  const card = event.target.closest(`${CARD}, .board-open`);
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith('Arrow') && card.matches(CARD)) {
    event.preventDefault();
    event.stopPropagation();
    step(card, event.key);
  } else if (event.key.toLowerCase() === 'm' && root.dataset.mayEdit && (visitAt(card)?.movable || visitAt(card)?.running)) {
    event.preventDefault();
    event.stopPropagation();
    askMove(visitAt(card));
  }
}

/** The arrows turn the page where nothing else has them. */
function turnPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || isTyping(event) || find('dialog[open]')) return;
  if (root.contains(event.target) || event.target.closest('[role=menu], .dropdown-menu')) return;
  const link = { ArrowLeft: find('[data-board-before]'), ArrowRight: find('[data-board-after]') }[event.key];
  if (!link) return;
  event.preventDefault();
  link.click();
}

function clicked(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest(`${CARD}, .board-open`);
  const visit = link && visitOf(link.dataset.visit);
  if (!visit) return;
  event.preventDefault();
  showVisit(visit);
}

function remember(name, value) {
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value);
  else query.delete(name);
  history.replaceState(null, '', `?${query}`);
}

function toggle(button) {
  const { status } = button.dataset;
  if (state.hidden.has(status)) state.hidden.delete(status);
  else state.hidden.add(status);
  button.setAttribute('aria-pressed', String(!state.hidden.has(status)));
  remember('without', [...state.hidden].join(','));
  draw();
}

function search(event) {
  state.text = event.target.value.trim();
  remember('q', state.text);
  draw();
}

/** Filters above the board, keys on its cards, and what a tap on a card opens. */
export function startKeys() {
  const query = new URLSearchParams(location.search);
  state.hidden = new Set((query.get('without') ?? '').split(',').filter(Boolean));
  state.text = query.get('q') ?? '';
  const field = find('[data-search]');
  field.value = state.text;
  field.addEventListener('input', search);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) find(`${CARD}:not(.is-pale)`)?.focus();
  });
  findAll('[data-status]').forEach((button) => {
    button.setAttribute('aria-pressed', String(!state.hidden.has(button.dataset.status)));
    button.addEventListener('click', () => toggle(button));
  });
  const main = find('[data-board-main]');
  main.addEventListener('keydown', pressedOnCard);
  main.addEventListener('click', clicked);
  document.addEventListener('keydown', turnPage);
  find('[data-board-print]')?.addEventListener('click', () => print());
}
