import { find, findAll, on } from './dom.js';
import { postJson } from './server.js';

/** The columns of a saved view stand in the URL, which then differs from what was saved. */
function showInUrl(columns) {
  const url = new URL(location);
  ['after', 'before', 'page', 'cols'].forEach((name) => url.searchParams.delete(name));
  if (columns.length > 0) url.searchParams.set('cols', columns.join(','));
  location.assign(url);
}

async function save(menu, columns) {
  if ('inUrl' in menu.dataset) {
    showInUrl(columns);
    return;
  }
  const answer = await postJson(menu.dataset.url, { columns });
  if (answer.ok) {
    location.reload();
    return;
  }
  const note = find('.field-error', menu);
  note.textContent = answer.error;
  note.hidden = false;
}

const chosen = (menu) => findAll('input:checked', menu).map((box) => box.value);

function move(button) {
  const item = button.closest('li');
  if (button.dataset.move === 'up') item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
}

function drag(grip, event) {
  const item = grip.closest('li');
  const follow = (move) => {
    const over = document.elementFromPoint(move.clientX, move.clientY)?.closest('.columns-menu li');
    if (!over || over === item) return;
    const { top, height } = over.getBoundingClientRect();
    if (move.clientY < top + height / 2) over.before(item);
    else over.after(item);
  };
  const drop = () => {
    item.classList.remove('is-dragged');
    removeEventListener('pointermove', follow);
    ['pointerup', 'pointercancel'].forEach((kind) => removeEventListener(kind, drop));
  };
  event.preventDefault();
  item.classList.add('is-dragged');
  addEventListener('pointermove', follow);
  ['pointerup', 'pointercancel'].forEach((kind) => addEventListener(kind, drop));
}

/** The column chooser: which, in what order, by mouse, finger or keyboard; kept by the server. */
export function startColumns() {
  on('click', '.columns-menu [data-move]', move);
  on('pointerdown', '.columns-menu .grip', drag);
  on('click', '.columns-menu [data-save]', (button) => {
    const menu = button.closest('.columns-menu');
    save(menu, chosen(menu));
  });
  on('click', '.columns-menu [data-reset]', (button) => save(button.closest('.columns-menu'), []));
  on('change', '.columns-menu input', (box) => {
    const menu = box.closest('.columns-menu');
    if (chosen(menu).length === 0) box.checked = true;
  });
}
