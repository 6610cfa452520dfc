import { find, say } from './dom.js';

const token = () => find('meta[name=csrf-token]')?.content ?? '';

async function send(url, headers, body) {
  try {
    return await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'X-CSRFToken': token(), ...headers },
      body,
    });
  } catch {
    return null;
  }
}

async function read(response) {
  if (!response) return { ok: false, status: 0, error: say('offline') };
  let answer = {};
  try {
    answer = await response.json();
  } catch {
    answer = {};
  }
  const error = response.ok ? undefined : (answer.error ?? say('failed'));
  return { ...answer, ok: response.ok && answer.ok !== false, status: response.status, error };
}

/** Post JSON and read the JSON answer; `ok`, `status` and, if refused, a translated `error`. */
export async function postJson(url, data) {
  return read(await send(url, { 'Content-Type': 'application/json' }, JSON.stringify(data)));
}

/** Post form fields and read the JSON answer, as postJson does. */
export async function postFields(url, fields) {
  return read(await send(url, {}, new URLSearchParams({ csrf_token: token(), ...fields })));
}

/** Leave this page by a POST, as if a form with these fields had been sent. */
export function leaveByPost(url, fields = {}) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  form.hidden = true;
  const pairs = Object.entries({ csrf_token: token(), ...fields });
  for (const [name, value] of pairs.flatMap(([key, values]) => [].concat(values).map((each) => [key, each]))) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
