import { keepDrafts } from './drafts.js';
import { letGo } from './forms.js';
import { leaveByPost } from './server.js';

const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchstart'];
const LOOK_MS = 5000;
const PULSE_MS = 240000;
const PLACE = 'console-used-at';

let usedAt = Date.now();
let pulsedAt = Date.now();

/** Note the last touch for all windows of this browser: one that is used keeps the others open. */
function noteUse() {
  if (Date.now() - usedAt > 1000) localStorage.setItem(PLACE, String(Date.now()));
  usedAt = Date.now();
}

/** Tell the server about somebody who has been typing for minutes without sending anything. */
async function pulse(url) {
  if (!url || usedAt < pulsedAt || Date.now() - pulsedAt < PULSE_MS) return;
  pulsedAt = Date.now();
  await fetch(url, { headers: { Accept: 'application/json' }, credentials: 'same-origin' }).catch(() => null);
}

function lock(url) {
  keepDrafts();
  letGo();
  leaveByPost(url, { next: location.pathname + location.search });
}

/** A till that nobody touches locks; elsewhere the session is kept awake while somebody types. */
export function startTillLock() {
  const { lockAfter, lockUrl, pulseUrl } = document.documentElement.dataset;
  if (!pulseUrl) return;
  SIGNS.forEach((kind) => addEventListener(kind, noteUse, { passive: true, capture: true }));
  setInterval(() => {
    const last = Math.max(usedAt, Number(localStorage.getItem(PLACE) ?? 0));
    if (lockUrl && Date.now() - last > lockAfter * 1000) lock(lockUrl);
    else pulse(pulseUrl);
  }, LOOK_MS);
  document.addEventListener('click', (event) => {
    if (!lockUrl || !event.target.closest?.(`[data-post="${CSS.escape(lockUrl)}"]`)) return;
    event.stopImmediatePropagation();
    lock(lockUrl);
  }, { capture: true });
}
