import { find, findAll, isTyping, make, on, say } from './admin/dom.js';
import { open } from './admin/dialogs.js';
import { complain, toast } from './admin/toasts.js';

const PATIENCE_MS = 20000;
const TYPING_MS = 160;
const WATCH_MS = 1500;
const root = find('[data-till]');
const pad = find('#till-pad');

const queue = [];
let running = false;
let lost = null;
/** How she agrees, where that was picked while an answer was on its way. */
let way = null;

/** Put the parts of the answer in the places of the old ones. */
function swap(html) {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const tops = new Map(findAll('[data-scrolls]').map((part) => [part.id, part.scrollTop]));
  const before = findAll('.till-line').length;
  findAll('dialog[open]', root).forEach((box) => box.close());
  for (const part of findAll('[data-swap]', answer)) {
    const place = document.getElementById(part.id);
    if (place) place.replaceChildren(...part.childNodes);
  }
  const picked = way && find(`[name=agreed_by][value="${way}"]`);
  if (picked) picked.checked = true;
  way = null;
  findAll('[data-scrolls]').forEach((part) => { part.scrollTop = tops.get(part.id) ?? 0; });
  const lines = find('#till-lines');
  if (lines && findAll('.till-line').length > before) lines.scrollTop = lines.scrollHeight;
  const scan = find('#till-scan');
  const add = find('#till-add');
  if (scan && add) scan.action = add.action;
  if (find('.till-done') || find('.till-bill [role=alert], .till-bill .btn[value=resume]')) show(find('.till-done') ? 'side' : 'bill');
  if (find('[data-print-now]')) find('[data-print-now]').click();
}

function show(pane) {
  root.dataset.pane = pane;
}

/** Read what a form would send now: its parts may have changed since the tap. */
function collect(item) {
  const form = document.getElementById(item.form) ?? item.element;
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') data.append(name, value);
  for (const [name, value] of item.fields) data.set(name, value);
  if (form.id === 'till-scan') {
    for (const [name, value] of new FormData(find('#till-add'))) if (!data.has(name)) data.append(name, value);
  }
  if (item.extraForm && find(item.extraForm)) {
    for (const [name, value] of new FormData(find(item.extraForm))) if (typeof value === 'string' && !data.has(name)) data.append(name, value);
  }
  return { url: item.url ?? form.action, body: data };
}

async function post(sent) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    return await fetch(sent.url, {
      method: 'POST', credentials: 'same-origin', headers: { 'X-Till': '1' }, body: sent.body, signal: stop.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Send one act after the other; what got no answer waits, as it is, to be sent again. */
async function run() {
  if (running || lost) return;
  running = true;
  while (queue.length && !lost) {
    const item = queue.shift();
    const sent = item.sent ?? collect(item);
    root.setAttribute('aria-busy', 'true');
    const answer = await post(sent);
    root.removeAttribute('aria-busy');
    if (!answer || answer.status >= 502) {
      lost = { ...item, sent };
      find('[data-offline]').hidden = false;
    } else if (answer.redirected || answer.status === 401 || answer.status === 404) {
      location.reload();
    } else if (answer.headers.get('Content-Type')?.includes('json')) {
      const told = await answer.json();
      if (told.done) toast(told.done);
      else complain(told.error ?? say('failed'));
    } else if (!answer.headers.has('X-Till-Url')) {
      complain(say('failed'));
    } else {
      swap(await answer.text());
      history.replaceState(null, '', answer.headers.get('X-Till-Url'));
    }
  }
  running = false;
}

function retry() {
  if (!lost) return;
  find('[data-offline]').hidden = true;
  queue.unshift(lost);
  lost = null;
  run();
}

function send(form, button, fields = []) {
  const money = form.id === 'till-pay' && !button?.getAttribute('formaction');
  if (lost || (money && (running || queue.length))) return;
  const own = button?.name ? [[button.name, button.value]] : [];
  const extra = (button?.dataset.extra ?? '').split('=');
  if (extra[0]) own.push(extra);
  // The form of the catalogue changes its action with the first line; look it up when it is sent.
  const url = button?.getAttribute('formaction') ? button.formAction : null;
  const extraForm = form.id === 'till-scan' || find('#till-pay') ? '#till-pay' : null;
  queue.push({ form: form.id, element: form, url, fields: [...own, ...fields], extraForm: form.id === 'till-scan' ? extraForm : null });
  run();
}

/** Ask how it stands with a member who confirms on her phone; when she did, the bill is settled. */
async function watch() {
  const waiting = find('[data-watch]');
  if (running || lost || queue.length || document.hidden || find('dialog[open]')) return;
  if (find('[data-go-on]')) {
    find('[data-go-on]').click();
    return;
  }
  if (!waiting) return;
  const answer = await fetch(waiting.dataset.watch, { credentials: 'same-origin', headers: { 'X-Till': '1', 'X-Asks-Itself': '1' } }).catch(() => null);
  if (answer?.redirected || answer?.status === 401) location.reload();
  else if (answer?.status === 200 && find('[data-watch]') === waiting && !running && !queue.length) swap(await answer.text());
}

function openPad(button, done) {
  const { pad: field, padTitle, padValue = '' } = button.dataset;
  const input = find('[data-pad-text]', pad);
  find('#till-pad-title').textContent = padTitle;
  input.value = padValue;
  input.inputMode = field === 'voucher' ? 'text' : 'decimal';
  pad.dataset.fresh = 'yes';
  pad.onclose = () => {};
  find('form', pad).onsubmit = () => {
    if (input.value.trim()) done([[field, input.value.trim()]]);
  };
  open(pad);
  input.focus();
  input.select();
}

function pressDigit(button) {
  const input = find('[data-pad-text]', pad);
  const { padDigit: digit } = button.dataset;
  if (pad.dataset.fresh) input.value = digit === 'back' ? input.value : '';
  delete pad.dataset.fresh;
  input.value = digit === 'back' ? input.value.slice(0, -1) : input.value + digit;
}

function submitted(event) {
  const form = event.target;
  if (!root || form.method !== 'post' || !(root.contains(form) || form.id === 'till-add')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  if (submitter?.dataset.confirmOwing && submitter.dataset.sure !== 'yes') {
    ask(submitter, () => { submitter.dataset.sure = 'yes'; send(form, submitter); });
    return;
  }
  if (submitter?.dataset.pad) {
    openPad(submitter, (fields) => send(form, submitter, fields));
    return;
  }
  if (submitter?.dataset.with) {
    const box = find(submitter.dataset.with);
    const fields = findAll('input[name]', box).map((input) => [input.name, input.value]);
    send(form, submitter, fields);
    box.close();
    return;
  }
  if (form.id === 'till-scan' && !find('#till-text').value.trim()) {
    find('[data-settle]')?.click();
    return;
  }
  send(form, submitter);
  if (form.id === 'till-scan') clearScan();
}

function ask(button, yes) {
  const act = make('button', { type: 'button', className: 'btn btn-primary' }, say('confirm'));
  const cancel = make('button', { type: 'button', className: 'btn', 'data-close': '' }, say('cancel'));
  const box = make('dialog', { className: 'box', ariaLabel: button.dataset.confirmOwing },
    make('div', { className: 'box-body' }, make('p', { className: 'mt-3' }, button.dataset.confirmOwing)),
    make('div', { className: 'box-foot' }, cancel, act));
  box.addEventListener('close', () => box.remove());
  act.addEventListener('click', () => { box.close(); yes(); });
  open(box);
  act.focus();
}

function clearScan() {
  // The field is read when its turn comes; until then it keeps the text beside it.
  const item = queue.at(-1);
  const field = find('#till-text');
  if (item && !item.sent) item.fields.push(['text', field.value]);
  field.value = '';
}

/** Let the paper be as long as the receipt: "auto" is not understood, so it is measured. */
function cutPaper(slip) {
  const { width, height } = slip.getBoundingClientRect();
  const sheet = [...document.styleSheets].find((each) => each.href?.includes('/till-'));
  sheet.insertRule(`@page { margin: 0; size: ${width}px ${Math.ceil(height) + 8}px; }`, sheet.cssRules.length);
}

/** Print a receipt from this page: a browser in kiosk mode asks nothing. */
async function printSlip(url) {
  const answer = await fetch(url, { credentials: 'same-origin', headers: { 'X-Till': '1' } }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    complain(say('failed'));
    return;
  }
  const paper = find('#till-paper');
  paper.innerHTML = await answer.text();
  cutPaper(paper.firstElementChild);
  print();
}

let asking = 0;
/** Show what is being typed leads to. */
function typing(field) {
  clearTimeout(asking);
  const text = field.value.trim();
  const hits = find('#till-hits');
  // One Chinese character is a surname; one letter or digit is too little.
  if (!text || /^[ -~]$/.test(text)) {
    hits.replaceChildren();
    return;
  }
  asking = setTimeout(async () => {
    const answer = await fetch(`${root.dataset.find}&q=${encodeURIComponent(text)}`, { credentials: 'same-origin' }).catch(() => null);
    if (answer?.ok && !answer.redirected && find('#till-text').value.trim() === text) hits.innerHTML = await answer.text();
  }, TYPING_MS);
}

function chooseCategory(button) {
  findAll('[data-category]').forEach((each) => each.setAttribute('aria-pressed', String(each === button)));
  findAll('[data-of]').forEach((part) => {
    part.hidden = button.dataset.category !== '' && part.dataset.of !== button.dataset.category && part.dataset.of !== 'other';
  });
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find('dialog[open]')) return;
  if (event.key === 'Escape') {
    find('#till-hits').replaceChildren();
    find('#till-text').value = '';
    find('#till-text').blur();
    return;
  }
  if (event.key === 'Enter' && event.target.closest?.('.till-note')) {
    event.preventDefault();
    event.target.blur();
    return;
  }
  if (isTyping(event)) return;
  if (/^\d$/.test(event.key)) find('#till-text').focus();
  if (event.key === 'Enter' && event.target === document.body) (find('[data-settle]') ?? find('[data-next]'))?.click();
}

function start() {
  document.addEventListener('submit', submitted, true);
  document.addEventListener('keydown', keys);
  document.addEventListener('console:scanned', (event) => {
    event.preventDefault();
    find('#till-text').value = event.detail;
    find('#till-scan button').click();
  });
  on('click', '[data-open]', (button) => open(document.getElementById(button.dataset.open)));
  on('click', '[data-to]', (button) => {
    show(button.dataset.to);
    if (button.dataset.to === 'side') find('.till-pay')?.scrollIntoView({ block: 'end' });
  });
  on('change', '[name=agreed_by]', (radio) => { if (running) way = radio.value; });
  on('click', '[data-category]', chooseCategory);
  on('click', '[data-pad-digit]', pressDigit);
  on('click', '[data-retry]', retry);
  on('click', '[data-hit]', () => { find('#till-hits').hidden = false; find('#till-text').value = ''; setTimeout(() => find('#till-hits').replaceChildren()); });
  on('click', '[data-step]', (button) => {
    const input = find('input', button.parentElement);
    input.value = Math.max(1, Number(input.value || 1) + Number(button.dataset.step));
  });
  on('click', '[data-free]', (button) => {
    find('[name=price]', button.form).required = false;
  });
  on('input', '#till-text', typing);
  on('click', '[data-print]', (link, event) => {
    event.preventDefault();
    printSlip(link.href);
  });
  addEventListener('online', retry);
  setInterval(watch, WATCH_MS);
}

if (root) start();
if (document.body.hasAttribute('data-slip')) {
  on('click', '[data-print-slip]', () => {
    cutPaper(find('.slip'));
    print();
  });
}

let drawing = 0;
/** Draw the receipt anew while its design is being written. */
on('input', '[data-slip-form] :is(input, textarea)', (field) => {
  clearTimeout(drawing);
  drawing = setTimeout(async () => {
    const { form } = field;
    const answer = await post({ url: form.dataset.slipForm, body: new URLSearchParams(new FormData(form)) });
    if (answer && !answer.redirected) find('#slip-preview').innerHTML = await answer.text();
  }, TYPING_MS);
});
