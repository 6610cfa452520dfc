import { find, findAll, on, submit } from './dom.js';

let unsaved = false;

function markUnsaved(form) {
  unsaved = true;
  const note = find('[data-unsaved]', form);
  if (note) note.hidden = false;
}

function focusFirstError() {
  const field = find('form [aria-invalid=true]');
  if (!field) return;
  const control = field.tomselect ?? field;
  control.focus();
  (field.closest('.field') ?? field).scrollIntoView({ block: 'center' });
}

/** Let the page be left without a question: what was typed is kept elsewhere. */
export function letGo() {
  unsaved = false;
}

/** Send once: the pressed button shows that it works, a second press does nothing. */
function lock(form, submitter) {
  if (form.dataset.sent) return false;
  form.dataset.sent = 'yes';
  unsaved = false;
  submitter?.setAttribute('aria-busy', 'true');
  return true;
}

function unlock() {
  for (const form of findAll('form[data-sent]')) {
    delete form.dataset.sent;
    delete form.dataset.agreed;
    findAll('[aria-busy]', form).forEach((button) => button.removeAttribute('aria-busy'));
  }
}

/** Forms: unsaved work is guarded, the first error has the focus, one press sends once. */
export function startForms() {
  findAll('form[data-form]').forEach((form) => {
    form.addEventListener('console:restored', () => markUnsaved(form));
    if (form.dataset.form === 'unsaved') markUnsaved(form);
  });
  for (const kind of ['input', 'change']) {
    addEventListener(kind, ({ isTrusted, target }) => {
      const form = target.form ?? target.closest?.('form');
      if (isTrusted && form?.matches('form[data-form]')) markUnsaved(form);
    });
  }
  on('submit', 'form[method=post i]:not([data-stays])', (form, event) => {
    if (event.defaultPrevented) return;
    if (!lock(form, event.submitter)) event.preventDefault();
  });
  on('click', '[data-discard]', () => { unsaved = false; });
  on('change', '[data-submits]', (control) => submit(control.form));
  addEventListener('beforeunload', (event) => {
    if (!unsaved) return;
    event.preventDefault();
    event.returnValue = '';
  });
  addEventListener('pageshow', unlock);
  focusFirstError();
}
