import { find } from './dom.js';

const PAUSE_MS = 1500;

async function ask(place) {
  const answer = await fetch(place.dataset.job, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (!answer?.ok) return true;
  const job = await answer.json();
  const meter = find('progress', place);
  if (!job.running || Boolean(meter) !== job.total > 0) {
    location.reload();
    return false;
  }
  if (meter) {
    meter.value = job.done;
    meter.max = job.total;
    find('.meter-line span:last-child', place).textContent = job.note || `${job.done} / ${job.total}`;
  }
  return true;
}

/** A page that waits for a job: asks how far it is, and shows the result once there is one. */
export function startJobs() {
  const place = find('[data-job]');
  if (!place) return;
  const again = () => setTimeout(async () => { if (await ask(place)) again(); }, PAUSE_MS);
  again();
}
