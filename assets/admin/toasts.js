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

/** Say that something has worked; *undo* (a URL or a function) offers to take it back for 8 s. */
export function toast(text, undo = null) {
  const note = make('div', { className: 'toast-note' }, make('span', {}, text));
  if (undo) {
    const button = make('button', { type: 'button', 'data-key': 'z' }, say('undo'), make('kbd', {}, 'Z'));
    button.addEventListener('click', () => {
      note.remove();
      if (typeof undo === 'function') undo();
      else leaveByPost(undo, { url: location.pathname + location.search });
    });
    note.append(button);
  }
  note.append(make('button', { type: 'button', className: 'close', 'data-close-toast': '', ariaLabel: say('close') }, '×'));
  find('#toasts').append(note);
  expire(note, undo ? UNDO_MS : SHOWN_MS);
  return note;
}

export function startToasts() {
  for (const note of findAll('#toasts > .toast-note')) {
    expire(note, find('[data-undo]', note) ? UNDO_MS : SHOWN_MS);
  }
  on('click', '[data-close-toast]', (button) => button.closest('.toast-note').remove());
  on('click', '[data-undo]', (button) => {
    leaveByPost(button.dataset.undo, { url: location.pathname + location.search });
  });
}
