import { find, findAll, isTyping, make, on, say, submit } from './dom.js';
import { makeBox, open } from './dialogs.js';
import { listKeysOfRows } from './list_keys.js';

const isShown = (element) => element.getClientRects().length > 0 || element.closest('.dropdown-menu');
const keyName = (key) => (key.length === 1 ? key.toUpperCase() : key);

function nameOf(element) {
  if (element.ariaLabel) return element.ariaLabel;
  const copy = element.cloneNode(true);
  findAll('kbd, .icon, .badge', copy).forEach((part) => part.remove());
  return copy.textContent.trim();
}

/** The keys of this page, read off its buttons: what is shown is what works. */
function listKeys() {
  const keys = findAll('[data-key]').filter(isShown)
    .map((element) => [keyName(element.dataset.key), nameOf(element)]);
  if (find('[data-search]')) keys.unshift(['/', say('search')]);
  if (find('[data-command]')) keys.unshift(['Ctrl+K', nameOf(find('[data-command]'))]);
  if (find('form[data-form]')) keys.push(['Ctrl+S', say('save')]);
  return [...new Map(keys), ...listKeysOfRows(), ['Esc', say('close')], ['?', say('shortcuts')]];
}

function showSheet() {
  const rows = listKeys().flatMap(([key, name]) => [
    make('dt', {}, name), make('dd', {}, make('kbd', {}, key)),
  ]);
  open(makeBox(say('shortcuts'), make('div', { className: 'box-body' }, make('dl', { className: 'shortcuts' }, ...rows))));
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's' && find('form[data-form]')) {
    event.preventDefault();
    submit(find('form[data-form]'));
    return;
  }
  const functionKey = /^F\d+$/.test(event.key);
  if (event.ctrlKey || event.metaKey || event.altKey || (isTyping(event) && !functionKey) || find('dialog[open]')) return;
  if (event.key === '?') {
    event.preventDefault();
    showSheet();
  } else if (event.key === '/' && find('[data-search]')) {
    event.preventDefault();
    find('[data-search]').focus();
  } else {
    const element = find(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!element || !isShown(element)) return;
    event.preventDefault();
    element.click();
  }
}

/** Keys: `/` search, `?` the sheet, Ctrl+S save, and whatever buttons show in `data-key`. */
export function startShortcuts() {
  document.addEventListener('keydown', pressed);
  on('click', '[data-shortcuts]', showSheet);
}
