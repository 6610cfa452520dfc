import { find, findAll, on, submit } from './dom.js';

function paint(pad) {
  const { value } = find('input', pad);
  findAll('.keypad-dots > span', pad).forEach((dot, place) => dot.classList.toggle('is-on', place < value.length));
}

function press(button) {
  const pad = button.closest('.keypad');
  const input = find('input', pad);
  if (button.dataset.digit === 'back') input.value = input.value.slice(0, -1);
  else if (input.value.length < input.maxLength) input.value += button.dataset.digit;
  paint(pad);
  if (input.value.length === input.maxLength && button.dataset.digit !== 'back') submit(input.form);
}

/** A keypad fills its hidden PIN field and sends it when the last digit is in. */
export function startKeypads() {
  on('click', '.keypad [data-digit]', press);
  document.addEventListener('keydown', (event) => {
    const pad = find('.keypad');
    if (!pad || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    const digit = event.key === 'Backspace' ? 'back' : event.key;
    const button = find(`[data-digit="${CSS.escape(digit)}"]`, pad);
    if (button) press(button);
  });
  addEventListener('pageshow', () => findAll('.keypad').forEach(paint));
}
