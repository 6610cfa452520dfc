import { on } from './dom.js';
import { confirm } from './dialogs.js';
import { leaveByPost } from './server.js';

const here = () => location.pathname + location.search;

async function agrees(element) {
  const { confirm: question } = element.dataset;
  if (!question) return true;
  const danger = 'danger' in element.dataset;
  return confirm(question, { label: element.dataset.confirmLabel || element.textContent.trim() || element.ariaLabel, danger });
}

/** One click, one POST: `data-post` with `data-fields`, asked first where `data-confirm` says so. */
export function startActions() {
  on('click', 'button[data-post]', async (button) => {
    if (!await agrees(button)) return;
    const row = button.closest('tr[data-id]');
    const own = row ? { id: row.dataset.id, version: row.dataset.version ?? '' } : {};
    leaveByPost(button.dataset.post, { url: here(), ...own, ...JSON.parse(button.dataset.fields || '{}') });
  });
  on('submit', 'form[data-confirm]', async (form, event) => {
    if (form.dataset.agreed) return;
    event.preventDefault();
    if (!await agrees(form)) return;
    form.dataset.agreed = 'yes';
    form.requestSubmit(event.submitter);
  });
}
