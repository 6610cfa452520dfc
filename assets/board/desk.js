import { find, findAll } from '../admin/dom.js';

const PAUSE_MS = 180;
let timer = 0;
let asking = null;

/** Put the parts of the answer in the places of the old ones; what is being typed stays. */
function swap(html) {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const typed = document.activeElement?.matches('[data-desk-search], #guest_phone') ? document.activeElement : null;
  const chosen = document.activeElement?.value;
  for (const part of findAll('[data-swap]', answer)) {
    const place = document.getElementById(part.id);
    if (!place) continue;
    if (typed && place.contains(typed) && part.querySelector(`#${typed.id}`)) swapInner(part);
    else place.replaceChildren(...part.childNodes);
  }
  if (!typed && chosen) findAll('.desk button').find((button) => button.value === chosen)?.focus({ preventScroll: true });
}

function swapInner(part) {
  for (const inner of findAll('[data-swap-inner]', part)) document.getElementById(inner.id)?.replaceChildren(...inner.childNodes);
}

/** Ask for the page with what is chosen now; without an answer the browser asks itself. */
async function ask(form, button = null) {
  const query = new URLSearchParams(new FormData(form));
  if (button?.name) {
    query.delete(button.name);
    query.append(button.name, button.value);
  }
  asking?.abort();
  asking = new AbortController();
  const url = `${form.action}?${query}`;
  try {
    const answer = await fetch(url, { credentials: 'same-origin', signal: asking.signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    swap(await answer.text());
    history.replaceState(null, '', find('#desk-url').value);
  } catch (problem) {
    if (problem.name !== 'AbortError') location.assign(url);
  }
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
  find('#desk-when').addEventListener('submit', () => clearTimeout(timer));
}
