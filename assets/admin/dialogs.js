import { find, make, say } from './dom.js';

/** Show a dialog box and take it away when it closes; clicking beside it closes it. */
export function open(box) {
  if (!box.isConnected) document.body.append(box);
  box.addEventListener('click', (event) => {
    if (event.target === box || event.target.closest('[data-close]')) box.close();
  });
  box.showModal();
  return box;
}

export function makeBox(title, ...children) {
  const heading = make('h2', { id: `box-${Date.now()}` }, title);
  const close = make('button', { type: 'button', className: 'btn-close', 'data-close': '', ariaLabel: say('close') });
  const head = make('div', { className: 'box-head' }, heading, close);
  const box = make('dialog', { className: 'box', 'aria-labelledby': heading.id }, head, ...children);
  box.addEventListener('close', () => box.remove());
  return box;
}

/** Ask before an act that cannot be taken back; the question names the object. */
export function confirm(question, { label = say('confirm'), danger = false } = {}) {
  return new Promise((answer) => {
    const act = make('button', { type: 'button', className: `btn ${danger ? 'btn-danger' : 'btn-primary'}` }, label);
    const cancel = make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('cancel'));
    const box = makeBox(
      say('please_confirm'),
      make('div', { className: 'box-body' }, question),
      make('div', { className: 'box-foot' }, cancel, act),
    );
    let agreed = false;
    act.addEventListener('click', () => { agreed = true; box.close(); });
    box.addEventListener('close', () => answer(agreed));
    open(box);
    find(danger ? '[data-close].btn' : '.btn-primary', box).focus();
  });
}
