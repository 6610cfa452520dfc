import { find, on } from './dom.js';

const DIM_MS = 150;
const BARS_MS = 1000;
let timers = [];

function rest() {
  timers.forEach(clearTimeout);
  timers = [];
  for (const name of ['is-waiting', 'is-loading']) {
    document.querySelectorAll(`.${name}`).forEach((place) => place.classList.remove(name));
  }
}

function wait(place) {
  rest();
  if (!place) return;
  timers = [
    setTimeout(() => place.classList.add('is-waiting'), DIM_MS),
    setTimeout(() => {
      place.classList.replace('is-waiting', 'is-loading');
      place.setAttribute('aria-busy', 'true');
    }, BARS_MS),
  ];
}

const leavesPage = (link, event) => link.href && !link.target && !link.hasAttribute('download')
  && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented
  && !link.getAttribute('href').startsWith('#');

/** Slow pages: nothing below 150 ms, dimmed up to 1 s, then bars in place of the rows. */
export function startWaiting() {
  on('click', 'a[data-turns], .list-foot a, .list .sort, .filter-chip a', (link, event) => {
    if (leavesPage(link, event)) wait(find('.list-scroll'));
  });
  on('submit', 'form[data-turns]', (form, event) => {
    if (!event.defaultPrevented) wait(find('.list-scroll'));
  });
  addEventListener('pageshow', rest);
}
