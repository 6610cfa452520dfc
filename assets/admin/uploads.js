import { find, on } from './dom.js';

function checkFile(input) {
  const [file] = input.files;
  const form = input.closest('form');
  const tooLarge = Boolean(file) && file.size > Number(input.dataset.mostBytes);
  find('.field-error', form).textContent = tooLarge ? input.dataset.tooLarge : '';
  input.setAttribute('aria-invalid', String(tooLarge));
  if (file) find('[data-file-name]', form).textContent = file.name;
  return !tooLarge;
}

/** A file dropped or chosen is named, and weighed before it is sent. */
export function startUploads() {
  on('change', 'form[data-upload] input[type=file]', checkFile);
  document.addEventListener('submit', (event) => {
    const input = event.target.matches('form[data-upload]') && find('input[type=file]', event.target);
    if (!input || checkFile(input)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    input.focus();
  }, true);
  for (const kind of ['dragenter', 'dragleave', 'drop']) {
    on(kind, '.drop-zone', (zone) => zone.classList.toggle('is-over', kind === 'dragenter'));
  }
}
