import { find, findAll, on, say } from './dom.js';
import { confirm } from './dialogs.js';
import { leaveByPost } from './server.js';

const boxes = (list) => findAll('tbody .pick input', list);

function paint(list) {
  const all = boxes(list);
  const picked = all.filter((box) => box.checked);
  const whole = find('thead .pick input', list);
  all.forEach((box) => box.closest('tr').classList.toggle('is-picked', box.checked));
  whole.checked = all.length > 0 && picked.length === all.length;
  whole.indeterminate = picked.length > 0 && !whole.checked;
  const bar = find('.selection');
  bar.hidden = picked.length === 0;
  find('[data-picked]', bar).textContent = say('picked', { count: picked.length });
}

async function act(button) {
  const ids = boxes(find('table.list')).filter((box) => box.checked).map((box) => box.value);
  const { bulk, confirm: question } = button.dataset;
  const danger = 'danger' in button.dataset;
  const label = button.textContent.trim();
  if (question && !await confirm(`${question} ${say('picked', { count: ids.length })}`, { label, danger })) return;
  leaveByPost(find('.selection').dataset.url, { action: bulk, rowid: ids, url: location.pathname + location.search });
}

/** Rows picked for an action on all of them; shift picks the range between two. */
export function startSelection() {
  const list = find('table.list');
  if (!list || !find('.selection')) return;
  let last = null;
  on('click', 'table.list tbody .pick input', (box, event) => {
    const all = boxes(list);
    const place = all.indexOf(box);
    if (event.shiftKey && last !== null) {
      all.slice(Math.min(place, last), Math.max(place, last) + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = place;
    paint(list);
  });
  on('change', 'table.list thead .pick input', (whole) => {
    boxes(list).forEach((box) => { box.checked = whole.checked; });
    paint(list);
  });
  on('click', '[data-unpick]', () => {
    boxes(list).forEach((box) => { box.checked = false; });
    paint(list);
    find('thead .pick input', list).focus();
  });
  on('click', '[data-bulk]', act);
  addEventListener('pageshow', () => paint(list));
}
