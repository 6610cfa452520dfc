import { styleDate } from './admin/dates.js';
import { styleSelect } from './admin/selects.js';

const STYLES = {
  select2: styleSelect,
  'select2-tags': styleSelect,
  'select2-ajax': styleSelect,
  datepicker: styleDate,
  daterangepicker: styleDate,
  datetimepicker: styleDate,
  datetimerangepicker: styleDate,
  timepicker: styleDate,
};

/** Turn one form control into the picker that its `data-role` (Flask-Admin's word) asks for. */
function style(field) {
  if (field.dataset.styled) return;
  field.dataset.styled = 'yes';
  STYLES[field.dataset.role]?.(field);
}

window.consoleFields = { style };
