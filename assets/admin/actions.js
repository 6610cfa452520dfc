import { on, say, submit } from './dom.js';
import { confirm } from './dialogs.js';
import { leaveByPost } from './server.js';

const here = () => location.pathname + location.search;

async function agrees(element) {
  const { confirm: question } = element.dataset;
  if (!question) return true;
  const danger = 'danger' in element.dataset;
  return confirm(question, { label: element.dataset.confirmLabel || element.textContent.trim() || element.ariaLabel, danger });
}

const ownFields = (row) => (row ? { id: row.dataset.id, version: row.dataset.version ?? '' } : {});

async function deleteRow(button) {
  const row = button.closest('tr');
  const question = say('delete_row', { name: row.dataset.label });
  if (!await confirm(question, { label: say('delete'), danger: true })) return;
  leaveByPost(row.closest('table').dataset.delete, { url: here(), ...ownFields(row) });
}

/** One click, one POST: `data-post` with `data-fields`, asked first where `data-confirm` says so. */
export function startActions() {
  on('click', 'button[data-post]', async (button) => {
    if (!await agrees(button)) return;
    const own = ownFields(button.closest('tr[data-id]'));
    leaveByPost(button.dataset.post, { url: here(), ...own, ...JSON.parse(button.dataset.fields || '{}') });
  });
  on('click', '[data-delete-row]', deleteRow);
  on('submit', 'form[data-confirm]', async (form, event) => {
    if (form.dataset.agreed || event.submitter?.hasAttribute('formaction')) return;
    event.preventDefault();
    if (!await agrees(form)) return;
    form.dataset.agreed = 'yes';
    submit(form, event.submitter);
  });
}
