import { find, findAll, make, on, say } from './dom.js';
import { leaveByPost } from './server.js';

const SHOWN_MS = 5000;
const UNDO_MS = 8000;

/** Take a toast away after a while, but not while somebody points at it or stands in it. */
function expire(note, milliseconds) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => note.remove(), milliseconds); };
  const stop = () => clearTimeout(timer);
  note.addEventListener('pointerenter', stop);
  note.addEventListener('pointerleave', start);
  note.addEventListener('focusin', stop);
  note.addEventListener('focusout', start);
  start();
}

/** Say why something did not work; it stays until it is closed or something works. */
export function complain(text) {
  find('.problem-note')?.remove();
  const note = find('#problem').content.firstElementChild.cloneNode(true);
  note.classList.add('notice', 'notice-bad');
  note.setAttribute('role', 'alert');
  find('div', note).textContent = text;
  document.body.append(note);
}

/** Say that something has worked; *undo* (a URL or a function) offers to take it back for 8 s. */
export function toast(text, undo = null) {
  find('.problem-note')?.remove();
  const note = find('#toast').content.firstElementChild.cloneNode(true);
  find('span', note).textContent = text;
  if (undo) find('[data-close-toast]', note).before(makeUndo(note, undo));
  findAll('#toasts > .toast-note:not(:has([data-undo]))').forEach((old) => old.remove());
  find('#toasts').append(note);
  expire(note, undo ? UNDO_MS : SHOWN_MS);
  return note;
}

function makeUndo(note, undo) {
  const button = make('button', { type: 'button', 'data-key': 'z' }, say('undo'), make('kbd', {}, 'Z'));
  if (typeof undo === 'string') button.dataset.undo = undo;
  else button.addEventListener('click', () => { note.remove(); undo(); });
  return button;
}

export function startToasts() {
  for (const note of findAll('#toasts > .toast-note')) {
    expire(note, find('[data-undo]', note) ? UNDO_MS : SHOWN_MS);
  }
  on('click', '[data-close-toast]', (button) => button.closest('.toast-note').remove());
  on('click', '[data-close-problem]', (button) => button.closest('.problem-note').remove());
  on('click', '[data-undo]', (button) => {
    leaveByPost(button.dataset.undo, { url: location.pathname + location.search });
  });
}
