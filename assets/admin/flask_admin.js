import { find, findAll, make, on, readJson, say } from './dom.js';
import { confirm, open } from './dialogs.js';
import { styleFields } from './field_loader.js';
import { toast } from './toasts.js';

/* What Flask-Admin's own scripts do for a stock view, without jQuery: filters, bulk actions,
   forms in a dialog, repeated inline forms, and x-editable's inline edit. */

function startStockFilters() {
  const data = readJson('stock-filters');
  const form = find('#filter_form');
  if (!data || !form) return;
  let count = 0;
  const fieldFor = (filter, name, value) => {
    const label = { 'aria-label': `${name} ${filter.operation}`, name: `flt${count++}_${filter.arg}`, className: 'value' };
    if (filter.options && filter.type !== 'select2-tags') {
      return make('select', label, ...filter.options.map(([each, text]) => make('option', { value: each, selected: String(each) === String(value) }, text)));
    }
    const input = make('input', { type: 'text', value: value ?? '', ...label });
    if (filter.type && filter.type !== 'select2-tags') {
      input.dataset.role = filter.type;
      input.dataset.dateFormat = { d: 'YYYY-MM-DD', t: 'HH:mm:ss' }[/^date(range)?picker/.test(filter.type) ? 'd' : /^time/.test(filter.type) ? 't' : ''] ?? 'YYYY-MM-DD HH:mm:ss';
    }
    return input;
  };
  const add = (name, index, value) => {
    const choices = data.groups[name];
    const start = Math.max(0, choices.findIndex((choice) => choice.index === index));
    const operation = make('select', { className: 'operation', 'aria-label': name }, ...choices.map((choice, place) => make('option', { value: place, selected: place === start }, choice.operation)));
    const remove = make('button', { type: 'button', className: 'remove', ariaLabel: `${say('remove')} ${name}` }, '×');
    const chip = make('span', { className: 'filter-chip' }, make('span', { className: 'name' }, name), operation, fieldFor(choices[start], name, value), remove);
    operation.addEventListener('change', () => {
      find('.value', chip).replaceWith(fieldFor(choices[operation.value], name, ''));
      styleFields(chip);
    });
    remove.addEventListener('click', () => { chip.remove(); if (!find('.filter-chip', form)) form.submit(); });
    find('.chips', form).append(chip);
    form.hidden = false;
    styleFields(chip);
    return chip;
  };
  data.active.forEach(([index, name, value]) => add(name, index, value));
  on('click', '[data-stock-filter]', (button) => {
    find('.value', add(button.dataset.stockFilter)).focus();
    find('[type=submit]', form).hidden = false;
  });
  on('input', '#filter_form', () => { find('[type=submit]', form).hidden = false; });
}

function startStockActions() {
  const data = readJson('stock-actions');
  if (!data) return;
  on('click', '[data-stock-action]', async (button) => {
    const picked = findAll('.action-checkbox').filter((box) => box.checked);
    if (picked.length === 0) return void confirm(data.empty);
    const question = data.confirm[button.dataset.stockAction];
    if (question && !await confirm(question)) return;
    const form = find('#action_form');
    find('#action', form).value = button.dataset.stockAction;
    picked.forEach((box) => form.append(make('input', { type: 'hidden', name: 'rowid', value: box.value })));
    form.submit();
  });
  on('change', '.action-rowtoggle', (whole) => {
    findAll('.action-checkbox').forEach((box) => { box.checked = whole.checked; });
  });
}

async function openForm(link, event) {
  event.preventDefault();
  const answer = await fetch(link.href);
  const box = make('dialog', { className: 'box box-wide', 'aria-label': link.title || link.textContent.trim() });
  box.innerHTML = await answer.text();
  box.addEventListener('close', () => box.remove());
  open(box);
  styleFields(box);
}

function addInline(button) {
  const holder = button.closest('[data-inline]');
  const list = find(':scope > .inline-field-list', holder);
  const numbers = [...list.children].map((row) => Number(row.id.split('-').pop()));
  const id = `${holder.id}-${Math.max(-1, ...numbers) + 1}`;
  const row = find(':scope > template', holder).content.firstElementChild.cloneNode(true);
  row.id = id;
  for (const field of findAll('[name]', row)) {
    const old = field.id;
    field.id = old ? `${id}-${old}` : id;
    field.name = field.name ? `${id}-${field.name}` : id;
    if (old) find(`label[for="${CSS.escape(old)}"]`, row)?.setAttribute('for', field.id);
  }
  list.append(row);
  styleFields(row);
  find('input, select, textarea', row)?.focus();
}

function stockInput(link) {
  const { type, source } = link.dataset;
  const name = { 'aria-label': link.getAttribute('name') };
  if (source) {
    const chosen = (link.dataset.value ?? '').split(',');
    const options = JSON.parse(source).map((option) => {
      const value = String(option.value ?? option.id);
      return make('option', { value, selected: chosen.includes(value) }, option.text);
    });
    return make('select', { className: 'form-select cell-input', multiple: link.dataset.role.endsWith('multiple'), ...name }, ...options);
  }
  const input = make(type === 'textarea' ? 'textarea' : 'input', { className: 'form-control cell-input', ...name });
  if (type === 'number') input.inputMode = 'decimal';
  if (type === 'combodate') input.placeholder = link.dataset.format;
  input.value = link.dataset.value ?? '';
  return input;
}

async function saveStock(link, values, shown) {
  const before = { text: link.textContent, value: link.dataset.value };
  link.textContent = shown;
  link.dataset.value = values.join(',');
  const body = new URLSearchParams({ list_form_pk: link.dataset.pk, csrf_token: link.dataset.csrf ?? '' });
  values.forEach((value) => body.append(link.getAttribute('name'), value));
  const answer = await fetch(link.dataset.url, { method: 'POST', body }).catch(() => null);
  if (answer?.ok) return void toast(say('saved'));
  link.textContent = before.text;
  link.dataset.value = before.value;
  link.after(make('span', { className: 'cell-error', role: 'alert' }, answer ? await answer.text() : say('offline')));
}

function editStock(link, event) {
  event.preventDefault();
  const input = stockInput(link);
  let open = true;
  const close = () => { open = false; input.replaceWith(link); link.focus(); };
  const finish = () => {
    if (!open) return;
    const values = input.multiple ? [...input.selectedOptions].map((option) => option.value) : [input.value];
    const shown = input.selectedOptions ? [...input.selectedOptions].map((option) => option.text).join(', ') : input.value;
    close();
    if (values.join(',') !== (link.dataset.value ?? '')) saveStock(link, values, shown);
  };
  input.addEventListener('keydown', (pressed) => {
    if (pressed.key === 'Enter' && input.tagName !== 'TEXTAREA' && !pressed.isComposing) { pressed.preventDefault(); finish(); }
    if (pressed.key === 'Escape') close();
  });
  input.addEventListener('blur', finish);
  find('.cell-error', link.parentElement)?.remove();
  link.replaceWith(input);
  input.focus();
}

async function askRedis(form, event) {
  event.preventDefault();
  const place = form.closest('[data-redis]');
  const body = new URLSearchParams({ cmd: form.cmd.value, csrf_token: find('meta[name=csrf-token]').content });
  const entry = make('div', { className: 'mb-2' }, make('strong', {}, form.cmd.value));
  find('[role=log]', place).append(entry);
  form.reset();
  const answer = await fetch(place.dataset.redis, { method: 'POST', body }).catch(() => null);
  const result = make('div');
  if (answer?.ok) result.innerHTML = await answer.text();
  else result.textContent = say('failed');
  entry.append(result);
}

export function startFlaskAdmin() {
  startStockFilters();
  startStockActions();
  on('click', 'a[data-dialog]', openForm);
  on('click', '[data-inline-add]', addInline);
  on('click', '[data-inline-remove]', (button) => button.closest('.inline-row').remove());
  on('click', 'a[data-role^=x-editable]', editStock);
  on('submit', '[data-redis] form', askRedis);
  on('input', '#fa_filter', (input) => {
    const wanted = input.value.toLowerCase();
    findAll('.facts > div').forEach((fact) => { fact.hidden = !fact.textContent.toLowerCase().includes(wanted); });
  });
}
