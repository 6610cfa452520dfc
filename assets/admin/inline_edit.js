import { find, make, on, readJson, say } from './dom.js';
import { styleFields } from './field_loader.js';
import { postFields } from './server.js';
import { toast } from './toasts.js';

let columns = {};

function makeInput(column, value) {
  const name = { 'aria-label': column.label };
  if (column.type === 'select') {
    const options = column.choices.map(([each, label]) => make('option', { value: each, selected: String(each) === value }, label));
    return make('select', { className: 'form-select cell-input', ...name }, ...options);
  }
  const input = make('input', { className: 'form-control cell-input', type: 'text', value, ...name });
  if (column.type === 'number') input.inputMode = 'decimal';
  if (column.type === 'date') {
    input.dataset.role = 'datepicker';
    input.placeholder = 'YYYY-MM-DD';
  }
  return input;
}

function showError(button, tried, error) {
  const again = make('button', { type: 'button' }, say('edit_again'));
  const note = make('span', { className: 'cell-error', role: 'alert' }, error, ' ', again);
  again.addEventListener('click', () => { note.remove(); edit(button, tried); });
  button.after(note);
}

function show(button, text) {
  button.textContent = text;
  button.ariaLabel = text ? null : columns[button.dataset.edit].label;
}

async function save(button, tried, shown) {
  const row = button.closest('tr');
  const before = { content: button.innerHTML, label: button.ariaLabel, value: button.dataset.value };
  show(button, shown);
  button.dataset.value = tried;
  button.classList.add('is-saving');
  const answer = await postFields(find('table.list').dataset.update, {
    id: row.dataset.id, version: row.dataset.version ?? '', key: button.dataset.edit, value: tried,
  });
  button.classList.remove('is-saving');
  if (!answer.ok) {
    button.innerHTML = before.content;
    button.ariaLabel = before.label;
    button.dataset.value = before.value;
    showError(button, tried, answer.error);
    return;
  }
  if (answer.display !== undefined) show(button, answer.display);
  if (answer.value !== undefined) button.dataset.value = answer.value;
  if (answer.version !== undefined) row.dataset.version = answer.version;
  toast(say('saved'));
}

function edit(button, value = button.dataset.value ?? '') {
  const column = columns[button.dataset.edit];
  const input = makeInput(column, value);
  let open = true;
  const close = () => {
    open = false;
    input.replaceWith(button);
    button.focus();
    setTimeout(() => input._flatpickr?.destroy());
  };
  const finish = () => {
    if (!open) return;
    const shown = input.selectedOptions ? input.selectedOptions[0]?.text ?? '' : input.value;
    close();
    if (input.value !== (button.dataset.value ?? '')) save(button, input.value, shown);
  };
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter') { event.preventDefault(); finish(); }
    if (event.key === 'Escape') { event.stopPropagation(); close(); }
  });
  input.addEventListener('blur', () => { if (!input._flatpickr?.isOpen) finish(); });
  if (column.type === 'select' || column.type === 'date') input.addEventListener('change', finish);
  button.parentElement.querySelector('.cell-error')?.remove();
  button.replaceWith(input);
  input.focus();
  input.select?.();
  styleFields(input.parentElement);
}

/** Cells edited in place: Enter saves, Esc leaves, a refusal puts the old value back and says why. */
export function startInlineEdit() {
  columns = readJson('editable-columns') ?? {};
  on('click', '.cell-edit', (button) => edit(button));
}
