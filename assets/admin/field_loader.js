import { find, findAll, make, readJson } from './dom.js';

const SELECTOR = ':is(input, select, textarea)[data-role]';
let loading = null;

function load(files) {
  const sheet = make('link', { rel: 'stylesheet', href: files.css.url, integrity: files.css.sri });
  const script = make('script', { src: files.js.url, integrity: files.js.sri });
  const ready = (element) => new Promise((done) => { element.onload = done; });
  const both = Promise.all([ready(sheet), ready(script)]);
  document.head.append(sheet, script);
  return both;
}

/** Dress the pickers inside *root*; their code is fetched when the first one is needed. */
export async function styleFields(root = document) {
  if (findAll(SELECTOR, root).length === 0) return;
  if (!window.consoleFields) {
    const files = readJson('field-files');
    if (!files) return;
    loading ??= load(files);
    await loading;
  }
  const hadFocus = root.contains(document.activeElement) ? document.activeElement : null;
  for (const field of findAll(SELECTOR, root)) window.consoleFields.style(field);
  (hadFocus?.tomselect ?? null)?.focus();
}

export function startFieldLoader() {
  styleFields();
  document.addEventListener('console:added', (event) => styleFields(event.target));
  window.faForm = {
    applyGlobalStyles: (root) => styleFields(root ?? document),
    applyStyle: (field) => styleFields(field.parentElement),
    addFieldConverter: () => {},
  };
}
