import TomSelect from 'tom-select/base';
import clearButton from 'tom-select/plugins/clear_button/plugin.js';
import removeButton from 'tom-select/plugins/remove_button/plugin.js';
import { say } from './dom.js';

TomSelect.define('clear_button', clearButton);
TomSelect.define('remove_button', removeButton);

const BLANK = '__None';
const LOOKUP_ROWS = 20;

const asOption = ([value, text]) => ({ value: String(value), text });

function noResults() {
  const row = document.createElement('div');
  row.className = 'no-results';
  row.textContent = say('nothing_found');
  return row;
}

function common(field, many) {
  const plugins = {};
  if (many) plugins.remove_button = { title: say('remove') };
  else if (field.dataset.allowBlank) plugins.clear_button = { title: say('clear') };
  return { plugins, maxOptions: 500, render: { no_results: noResults }, placeholder: field.dataset.placeholder };
}

function chooseOption(field) {
  const blank = field.querySelector(`option[value="${BLANK}"]`);
  if (blank && !blank.text) blank.text = '–';
  return new TomSelect(field, { ...common(field, field.multiple), allowEmptyOption: true });
}

function writeTags(field) {
  const known = JSON.parse(field.dataset.tags || '[]').map((tag) => ({ value: String(tag.id), text: tag.text }));
  const make = (data, escape) => `<div class="create">${say('add')} <strong>${escape(data.input)}</strong></div>`;
  const options = common(field, true);
  return new TomSelect(field, { ...options, create: true, delimiter: ',', options: known, render: { ...options.render, option_create: make } });
}

async function look(url, query) {
  const address = new URL(url, location.href);
  address.searchParams.set('query', query);
  address.searchParams.set('offset', '0');
  address.searchParams.set('limit', String(LOOKUP_ROWS));
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  return answer.ok ? (await answer.json()).map(asOption) : [];
}

function lookUp(field) {
  const many = field.dataset.multiple === '1';
  const given = JSON.parse(field.dataset.json || 'null');
  const chosen = (given ? (many ? given : [given]) : []).map(asOption);
  const least = Number(field.dataset.minimumInputLength ?? 1);
  if (field.type === 'hidden') field.type = 'text';
  return new TomSelect(field, {
    ...common(field, many),
    options: chosen,
    items: chosen.map((option) => option.value),
    delimiter: field.dataset.separator || ',',
    maxItems: many ? null : 1,
    preload: least === 0 ? 'focus' : false,
    score: () => () => 1,
    shouldLoad: (query) => query.length >= least,
    onType() { this.clearOptions(); },
    load(query, show) {
      look(field.dataset.url, query).then((options) => {
        this.clearOptions();
        show(options);
      }, () => show());
    },
  });
}

/** A list to choose from: its own options, tags one may add to, or rows looked up while typing. */
export function styleSelect(field) {
  const style = { 'select2-tags': writeTags, 'select2-ajax': lookUp }[field.dataset.role] ?? chooseOption;
  const select = style(field);
  const label = field.getAttribute('aria-label') ?? field.labels?.[0]?.textContent.trim();
  field.setAttribute('aria-hidden', 'true');
  if (label) {
    select.control_input.setAttribute('aria-label', label);
    select.dropdown_content.setAttribute('aria-label', label);
  }
  const describedBy = field.getAttribute('aria-describedby');
  if (describedBy) select.control_input.setAttribute('aria-describedby', describedBy);
}
