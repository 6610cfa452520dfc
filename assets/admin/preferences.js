import { findAll, on } from './dom.js';
import { postJson } from './server.js';

const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');

function paintTheme() {
  const chosen = root.dataset.theme;
  root.dataset.bsTheme = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
}

function markChosen() {
  for (const button of findAll('[data-prefer]')) {
    button.setAttribute('aria-pressed', String(root.dataset[button.dataset.prefer] === button.value));
  }
  for (const button of findAll('[data-density-toggle]')) {
    button.setAttribute('aria-pressed', String(root.dataset.density === 'compact'));
  }
}

function prefer(key, value) {
  root.dataset[key] = value;
  paintTheme();
  markChosen();
  document.dispatchEvent(new CustomEvent('console:preference', { detail: { key, value } }));
  if (root.dataset.preferenceUrl) postJson(root.dataset.preferenceUrl, { key, value });
}

/** Theme and density: painted at once, kept on the user by the server. */
export function startPreferences() {
  paintTheme();
  markChosen();
  dark.addEventListener('change', paintTheme);
  on('click', '[data-prefer]', (button) => prefer(button.dataset.prefer, button.value));
  on('click', '[data-density-toggle]', () => {
    prefer('density', root.dataset.density === 'compact' ? 'cozy' : 'compact');
  });
}
