import { find, findAll, on } from './dom.js';
import { makeBox, open } from './dialogs.js';
import { postJson } from './server.js';
import { complain } from './toasts.js';

const picked = (form, name) => findAll(`input[name=${name}]:checked`, form).map((box) => box.value);

function showError(form, error) {
  const note = find('.field-error', form);
  note.textContent = error;
  note.hidden = false;
  find('[name=name]', form).setAttribute('aria-invalid', 'true');
  find('[name=name]', form).focus();
}

async function send(form, url, isNew) {
  const opens = new Set(picked(form, 'default'));
  const told = { name: find('[name=name]', form).value };
  if (find('[name=role]', form)) {
    told.roles = Object.fromEntries(picked(form, 'role').map((role) => [role, opens.has(role)]));
  }
  if (isNew) told.query = location.search;
  const answer = await postJson(url, told);
  if (answer.ok) location.assign(answer.url);
  else showError(form, answer.error);
}

function showForm(button) {
  const form = find('#view-form').content.firstElementChild.cloneNode(true);
  const { viewForm: url, title, name, roles } = button.dataset;
  const shared = JSON.parse(roles ?? '{}');
  find('[name=name]', form).value = name ?? '';
  for (const box of findAll('[name=role]', form)) box.checked = box.value in shared;
  for (const box of findAll('[name=default]', form)) box.checked = shared[box.value] === true;
  form.addEventListener('change', ({ target: box }) => {
    if (box.name === 'default' && box.checked) find(`[name=role][value="${box.value}"]`, form).checked = true;
    if (box.name === 'role' && !box.checked) find(`[name=default][value="${box.value}"]`, form).checked = false;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form, url, name === undefined);
  });
  open(makeBox(title, form));
  find('[name=name]', form).focus();
}

/** Saved views: keep the list as it is under a name, change the name, share it with roles. */
export function startViews() {
  on('click', '[data-view-form]', showForm);
  on('click', '[data-view-keep]', async (button) => {
    const answer = await postJson(button.dataset.viewKeep, { query: location.search });
    if (answer.ok) location.assign(answer.url);
    else complain(answer.error);
  });
  for (const chosen of ['.view-tabs .active', '.tabs [aria-current]']) {
    find(chosen)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
