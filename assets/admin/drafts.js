import { find, findAll, say } from './dom.js';
import { toast } from './toasts.js';

const DRAFT = 'console-draft';
const DOOR = 'console-door';
const root = document.documentElement;
const here = () => location.pathname + location.search;
const isKept = (field) => field.name && !/^(password|hidden|file|submit|button)$/.test(field.type);
const isOn = (field) => !/^(checkbox|radio)$/.test(field.type) || field.checked;

function read(form) {
  return [...form.elements].filter(isKept).filter(isOn).map((field) => [field.name, field.value]);
}

function write(field, values) {
  if (/^(checkbox|radio)$/.test(field.type)) field.checked = values.includes(field.value);
  else if (field.tomselect) field.tomselect.setValue(field.multiple ? values : values[0] ?? '');
  else if (field.multiple) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
  else if (values.length) [field.value] = values;
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Keep what stands in the page's forms, until the next page of the console is open. */
export function keepDrafts() {
  const forms = findAll('form[data-form]').map(read);
  const { person, till } = root.dataset;
  if (person) sessionStorage.setItem(DRAFT, JSON.stringify({ path: here(), person, till, forms }));
}

function restore(draft) {
  const forms = findAll('form[data-form]');
  if (draft.forms.length !== forms.length) return;
  const own = draft.person === root.dataset.person;
  if (draft.path !== here() || !(own || (draft.till && draft.till === root.dataset.till))) return;
  forms.forEach((form, place) => {
    const pairs = draft.forms[place];
    [...form.elements].filter(isKept).forEach((field) => {
      write(field, pairs.filter(([name]) => name === field.name).map(([, value]) => value));
    });
    form.dispatchEvent(new Event('console:restored'));
  });
  toast(say('restored'));
}

/** What was typed when a session ended or a till was locked stands there again afterwards. */
export function startDrafts() {
  if (find('meta[name=at-door]')) {
    sessionStorage.setItem(DOOR, 'yes');
    return;
  }
  const draft = sessionStorage.getItem(DRAFT);
  if (draft && sessionStorage.getItem(DOOR)) restore(JSON.parse(draft));
  sessionStorage.removeItem(DRAFT);
  sessionStorage.removeItem(DOOR);
  document.addEventListener('submit', (event) => {
    if (event.target.matches('form[data-form]')) keepDrafts();
  });
}
