import { find, on } from './dom.js';

const frame = (name) => find(`iframe[name="${name}"]`);

/** Type the code that the phone shows into the staff's screen, as fast as a scanner does. */
function scan() {
  const phone = frame('phone').contentDocument;
  const staff = frame('staff').contentDocument;
  const code = find('[data-code]', phone)?.dataset.code;
  const blank = find('[data-no-code]');
  blank.hidden = Boolean(code);
  if (!code || !staff) return;
  const target = staff.body;
  const press = (key) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  [...code].forEach(press);
  press('Enter');
}

/** Sign the member in on the phone if nobody is, so that her card is there at first sight. */
function openPhone() {
  const phone = frame('phone');
  const look = () => {
    if (!find('[data-code]', phone.contentDocument)) find('[data-entrance]')?.click();
  };
  const shown = phone?.contentDocument;
  if (shown?.readyState === 'complete' && shown.URL !== 'about:blank') look();
  else phone?.addEventListener('load', look, { once: true });
}

/** The demo's counter: the staff's screen beside a member's phone. */
export function startCounter() {
  if (!find('[data-counter]')) return;
  openPhone();
  on('click', '[data-scan]', scan);
  on('click', '[data-pane]', (tab) => {
    frame(tab.dataset.pane).src = tab.dataset.path;
  });
}
