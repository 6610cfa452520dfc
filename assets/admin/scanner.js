import { find, say } from './dom.js';
import { postJson } from './server.js';
import { complain } from './toasts.js';

// A scanner types faster than any hand, and ends with Enter.
const PACE_MS = 35;
const SHORTEST = 9;
// Codes that are shown, and numbers of members; on the till vouchers and coupons are scanned as well.
const NUMBERS = /^[A-Z]?\d+$/;
const LETTERS = /^[\w-]+$/;

let typed = '';
let last = 0;
let place = null;
let before = '';

function beep(good) {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  const context = new Context();
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = good ? 1320 : 220;
  loudness.gain.value = 0.08;
  tone.connect(loudness).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + (good ? 0.09 : 0.35));
  tone.onended = () => context.close();
}

function flash(good) {
  document.documentElement.dataset.scanned = good ? 'good' : 'bad';
  setTimeout(() => delete document.documentElement.dataset.scanned, 400);
}

/** Ask what a scanned code stands for, and go there. */
export async function openScan(text) {
  // A page that wants the code itself, such as the till, says so by taking the event.
  if (!document.dispatchEvent(new CustomEvent('console:scanned', { detail: text, cancelable: true }))) {
    beep(true);
    flash(true);
    return;
  }
  const field = find('[data-scan-takes]');
  if (field) {
    beep(true);
    flash(true);
    field.value = text;
    field.form.requestSubmit();
    return;
  }
  const door = find('[data-scan-url]');
  if (!door) return;
  const answer = await postJson(door.dataset.scanUrl, { text });
  beep(answer.ok);
  flash(answer.ok);
  if (answer.ok) location.assign(answer.url);
  else complain(answer.error ?? say('failed'));
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.timeStamp - last > PACE_MS) {
    typed = '';
    place = event.target;
    before = place.value;
  }
  last = event.timeStamp;
  if (event.key.length === 1) {
    typed += event.key;
    return;
  }
  if (event.key !== 'Enter' || typed.length < SHORTEST || !(find('[data-till]') ? LETTERS : NUMBERS).test(typed)) return;
  if (place?.matches?.('[data-scan-field]')) return;
  event.preventDefault();
  event.stopPropagation();
  if (typeof before === 'string') place.value = before;
  openScan(typed);
  typed = '';
}

// Letting go of Shift between a capital and the next letter takes a scanner's time as well.
function released(event) {
  if (event.timeStamp - last <= PACE_MS) last = event.timeStamp;
}

async function look(view, detector) {
  const [found] = await detector.detect(view).catch(() => []);
  if (!found) {
    if (view.srcObject) setTimeout(() => look(view, detector), 200);
    return;
  }
  view.srcObject.getTracks().forEach((track) => track.stop());
  view.srcObject = null;
  openScan(found.rawValue);
}

async function startCamera(view) {
  try {
    view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    complain(say('failed'));
    return;
  }
  view.hidden = false;
  await view.play();
  look(view, new window.BarcodeDetector({ formats: ['qr_code'] }));
}

/** A scanner is heard on every page; the scanning page can use the camera instead. */
export function startScanner() {
  document.addEventListener('keydown', pressed, true);
  document.addEventListener('keyup', released, true);
  const button = find('[data-camera]');
  if (!button || !('BarcodeDetector' in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  button.addEventListener('click', () => startCamera(find('[data-camera-view]')));
}
