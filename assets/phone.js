// Members' pages work without this file; it keeps forms from being sent twice, counts down
// until a button may be pressed again, and fetches anew what is good for a short time only.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.busy) return event.preventDefault();
  form.dataset.busy = '1';
  const button = event.submitter || form.querySelector('button:not([type=button])');
  if (button) button.setAttribute('aria-busy', 'true');
});

// The page that "back" brings is the old one, with its forms as they were sent.
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-busy]').forEach((form) => delete form.dataset.busy);
  document.querySelectorAll('[aria-busy]').forEach((each) => each.removeAttribute('aria-busy'));
});

document.querySelectorAll('button[data-wait]').forEach((button) => {
  const label = button.textContent;
  const end = Date.now() + Number(button.dataset.wait) * 1000;
  const count = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${label} (${left})` : label;
    if (left > 0) setTimeout(count, 250);
  };
  count();
});

document.querySelectorAll('[data-refresh]').forEach((part) => {
  const every = Number(part.dataset.every) * 1000;
  let fetched = Date.now();
  const refresh = async () => {
    if (document.hidden || Date.now() - fetched < every) return;
    fetched = Date.now();
    try {
      // A redirect may lead to another site, which only the whole page can follow.
      const answer = await fetch(part.dataset.refresh, { headers: { 'X-Asks-Itself': '1' }, redirect: 'manual' });
      if (answer.type === 'opaqueredirect' || answer.status === 401) location.reload();
      else if (answer.ok) part.innerHTML = await answer.text();
    } catch {
      fetched = 0;
    }
  };
  setInterval(refresh, 1000);
  document.addEventListener('visibilitychange', refresh);
});
