import { find, findAll, on } from './dom.js';
import { postJson } from './server.js';

async function save(menu, columns) {
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

/** The column chooser: which, in what order, by mouse, finger or keyboard; kept by the server. */
export function startColumns() {
  on('click', '.columns-menu [data-move]', move);
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
