import { findAll } from './dom.js';

/** Parts of a page that are fetched anew every few seconds, while somebody looks at them. */
export function startRefresh() {
  findAll('[data-refresh]').forEach((part) => {
    const every = Number(part.dataset.every) * 1000;
    let fetched = Date.now();
    const refresh = async () => {
      if (document.hidden || part.contains(document.activeElement) || Date.now() - fetched < every) return;
      fetched = Date.now();
      const answer = await fetch(part.dataset.refresh, { headers: { 'X-Asks-Itself': '1' } }).catch(() => null);
      if (answer?.redirected || answer?.status === 401) location.reload();
      else if (answer?.ok) part.innerHTML = await answer.text();
    };
    setInterval(refresh, 1000);
    document.addEventListener('visibilitychange', refresh);
  });
}
