import { find, findAll } from '../admin/dom.js';
import { postFields } from '../admin/server.js';
import { toast } from '../admin/toasts.js';
import { draw } from './draw.js';
import { newKey, root, state, word } from './state.js';

const POLL_MS = 4000;
const BELL_MS = 8000;
/** What got no answer waits here, with its key, and is sent again. */
const lost = [];
let seen = '';
let asking = false;
/** Grows with each change of one's own: what was asked before it is no longer true. */
let changes = 0;
let again = false;
let reachedAt = new Date();

function query() {
  const { store, day, by, only, span } = root.dataset;
  return new URLSearchParams({ store_id: store, day, by, only, span });
}

function tellOffline(offline) {
  const banner = find('[data-board-offline]');
  banner.hidden = !offline;
  if (!offline) return;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false }).format(reachedAt);
  find('span', banner).textContent = `${word('offline', { time: clock })} ${lost.length ? word('kept') : ''}`;
}

/** Note what others changed since it was told before. */
function compare(told) {
  const before = new Map(state.told.visits.map((visit) => [visit.id, visit.version]));
  for (const visit of told.visits) {
    const own = state.own.get(visit.id);
    if (before.get(visit.id) !== visit.version && own !== visit.version) state.changed.add(visit.id);
  }
}

/** Ask what is true now, and draw it; an open drag is left alone. */
export async function refresh() {
  if (state.drag || document.hidden) return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const before = changes;
  try {
    const answer = await fetch(`/console/booking/board/data?${query()}`, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (answer.status === 401 || answer.redirected) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    reachedAt = new Date();
    if (lost.length) {
      await sendLost();
      tellOffline(lost.length > 0);
      asking = false;
      if (!lost.length) refresh();
      return;
    }
    tellOffline(false);
    if (state.drag || text === seen || before !== changes) return;
    const told = JSON.parse(text);
    compare(told);
    seen = text;
    state.told = told;
    draw();
  } catch {
    tellOffline(true);
  } finally {
    asking = false;
    if (again) {
      again = false;
      await refresh();
    }
  }
}

async function sendLost() {
  while (lost.length) {
    const { url, fields, done } = lost[0];
    const answer = await postFields(url, fields);
    if (answer.status === 0 || answer.status >= 502) return;
    lost.shift();
    done(answer);
    seen = '';
  }
}

/** Send a change once; without an answer it is kept and sent again, *done* hears how it ended. */
export async function send(url, fields, done) {
  const item = { url, fields: { key: newKey(), ...fields }, done };
  changes += 1;
  root.setAttribute('aria-busy', 'true');
  const answer = await postFields(item.url, item.fields);
  if (answer.status === 0 || answer.status >= 502) {
    lost.push(item);
    state.drag = null;
    tellOffline(true);
    return;
  }
  changes += 1;
  seen = '';
  if (answer.ok && answer.version) state.own.set(Number(fields.visit_id), answer.version);
  done(answer);
  await refresh();
  root.removeAttribute('aria-busy');
}

async function ring() {
  const { pulseUrl } = document.documentElement.dataset;
  const bell = find('[data-bell]');
  if (!pulseUrl || !bell || document.hidden) return;
  try {
    const answer = await fetch(pulseUrl, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (!answer.ok) return;
    showBell(bell, (await answer.json()).notices);
  } catch {
    // The board's own banner says that the server is away.
  }
}

function showBell(bell, notices) {
  const before = Number(bell.dataset.bell);
  bell.dataset.bell = notices;
  let count = find('.count', bell);
  if (!count) {
    count = document.createElement('span');
    count.className = 'count';
    count.setAttribute('aria-hidden', 'true');
    bell.append(count);
  }
  count.textContent = notices < 100 ? notices : '99+';
  count.hidden = !notices;
  bell.ariaLabel = bell.ariaLabel.replace(/: \d+$/, '') + (notices ? `: ${notices}` : '');
  if (notices > before) toast(word('rings'));
}

/** Look every four seconds, and at once when the page is looked at again. */
export function startSync() {
  setInterval(refresh, POLL_MS);
  setInterval(ring, BELL_MS);
  document.addEventListener('visibilitychange', refresh);
  addEventListener('online', refresh);
  addEventListener('beforeunload', (event) => { if (lost.length) event.preventDefault(); });
  findAll('[data-board-retry]').forEach((button) => button.addEventListener('click', refresh));
}
