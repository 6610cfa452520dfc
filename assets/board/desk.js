import { find, findAll } from '../admin/dom.js';

const PAUSE_MS = 180;
const taps = [];
let timer = null;
let entered = false;
let asking = null;

/** Put the parts of the answer in the places of the old ones; what is being typed stays. */
function swap(html) {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const typed = document.activeElement?.matches('[data-desk-search], #guest_phone') ? document.activeElement : null;
  const { id, value: chosen } = document.activeElement ?? {};
  for (const part of findAll('[data-swap]', answer)) {
    const place = document.getElementById(part.id);
    if (!place) continue;
    if (typed && place.contains(typed) && part.querySelector(`#${typed.id}`)) swapInner(part);
    else place.replaceChildren(...part.childNodes);
  }
  if (typed || !chosen) return;
  const again = id ? document.getElementById(id) : findAll('.desk button').find((button) => button.value === chosen);
  again?.focus({ preventScroll: true });
}

function swapInner(part) {
  for (const inner of findAll('[data-swap-inner]', part)) document.getElementById(inner.id)?.replaceChildren(...inner.childNodes);
}

/** Ask for the page with what is chosen now; without an answer the browser asks itself. */
async function askOnce(form, tap) {
  const query = new URLSearchParams(new FormData(form));
  if (tap) query.set(...tap);
  const url = `${form.action}?${query}`;
  try {
    const answer = await fetch(url, { credentials: 'same-origin' });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    swap(await answer.text());
    history.replaceState(null, '', find('#desk-url').value);
  } catch {
    location.assign(url);
  }
}

/** Each tap builds on the answer to the one before; whatever is typed meanwhile is asked once. */
async function askAll(form) {
  while (taps.length || entered) {
    entered = false;
    await askOnce(form, taps.shift());
  }
  asking = null;
}

function ask(form, button = null) {
  clearTimeout(timer);
  timer = null;
  if (button?.name) taps.push([button.name, button.value]);
  else entered = true;
  asking ??= askAll(form);
  return asking;
}

/** Book only what is shown: a tap or a name that is still on its way arrives first. */
async function book(event, form) {
  if (!asking && timer === null) return;
  event.preventDefault();
  event.stopPropagation();
  const { submitter, currentTarget } = event;
  await ask(form);
  const shown = findAll('button', currentTarget).find(({ name, value }) => name === submitter?.name && value === submitter.value);
  if (shown) currentTarget.requestSubmit(shown);
}

/** Each tap on the desk's page asks for what it changes only; typing finds members. */
export function startDesk() {
  const desk = find('[data-desk]');
  const form = desk && find('#desk-what');
  if (!form) return;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    ask(form, event.submitter);
  });
  form.addEventListener('input', (event) => {
    if (!event.target.matches('[data-desk-search], #guest_phone') || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(form), PAUSE_MS);
  });
  form.addEventListener('change', (event) => { if (event.target.matches('[data-desk-sends]')) ask(form); });
  find('#desk-when').addEventListener('submit', (event) => book(event, form));
}
