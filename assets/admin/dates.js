import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';
import { MandarinTraditional } from 'flatpickr/dist/l10n/zh-tw.js';
import { say } from './dom.js';

const PARTS = { YYYY: 'Y', MM: 'm', DD: 'd', HH: 'H', mm: 'i', ss: 'S' };
const RANGE = ' to ';

function locale() {
  const { lang } = document.documentElement;
  const own = { zh: Mandarin, 'zh-CN': Mandarin, 'zh-TW': MandarinTraditional }[lang] ?? {};
  return { ...own, firstDayOfWeek: 1, rangeSeparator: RANGE };
}

/** A date, time or range field; typing is allowed, weeks start on Monday. */
export function styleDate(field) {
  const { role } = field.dataset;
  const wanted = field.dataset.dateFormat ?? 'YYYY-MM-DD';
  const format = wanted.replace(/YYYY|MM|DD|HH|mm|ss/g, (part) => PARTS[part]);
  const calendar = flatpickr(field, {
    allowInput: true,
    dateFormat: format,
    disableMobile: true,
    enableSeconds: format.includes('S'),
    enableTime: /time/.test(role),
    noCalendar: role === 'timepicker',
    mode: /range/.test(role) ? 'range' : 'single',
    locale: locale(),
    time_24hr: true,
    ariaDateFormat: 'Y-m-d',
    errorHandler: () => {}, // what is no date is left for the server to refuse
  });
  calendar.calendarContainer.setAttribute('role', 'dialog');
  calendar.calendarContainer.setAttribute('aria-label', say('choose_date'));
  if (document.activeElement === field) calendar.open();
}
