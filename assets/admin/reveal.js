import { makeBox, open } from './dialogs.js';
import { find, make, on, say } from './dom.js';
import { postFields } from './server.js';
import { complain } from './toasts.js';

function askReason(error) {
  return new Promise((answer) => {
    const input = make('input', { type: 'text', className: 'form-control', maxLength: 200, required: true });
    const label = make('label', { className: 'form-label' }, say('why_reveal'), input);
    const act = make('button', { type: 'submit', className: 'btn btn-primary' }, say('reveal'));
    const form = make(
      'form',
      { method: 'dialog' },
      make('div', { className: 'box-body' }, label, make('small', { className: 'form-hint' }, error)),
      make('div', { className: 'box-foot' }, make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('cancel')), act),
    );
    const box = makeBox(say('reveal'), form);
    let reason = '';
    form.addEventListener('submit', () => { reason = input.value.trim(); });
    box.addEventListener('close', () => answer(reason));
    open(box);
    input.focus();
  });
}

function showFor(button, answer) {
  const place = find('[data-masked]', button.parentElement);
  const masked = place.textContent;
  place.textContent = answer.value;
  button.hidden = true;
  setTimeout(() => {
    place.textContent = masked;
    button.hidden = false;
  }, answer.seconds * 1000);
}

async function reveal(button) {
  const { url, reveal: table, id, column } = button.dataset;
  let answer = await postFields(url, { table, id, column });
  if (answer.needs_reason) {
    const reason = await askReason(answer.error);
    if (!reason) return;
    answer = await postFields(url, { table, id, column, reason });
  }
  if (answer.ok) showFor(button, answer);
  else complain(answer.error);
}

/** Show one masked number for half a minute; the server asks for a reason where it needs one. */
export function startReveals() {
  on('click', '[data-reveal]', async (button, event) => {
    event.preventDefault();
    button.disabled = true;
    await reveal(button);
    button.disabled = false;
  });
}
