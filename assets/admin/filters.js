import { find, findAll, on } from './dom.js';
import { styleFields } from './field_loader.js';

const form = () => find('form.filters');

/** A filter is one query parameter, `f.<key>.<operation>`; the operation picks the name. */
export function nameValue(chip) {
  const operation = find('select.operation', chip);
  const value = find('.value', chip);
  const bare = operation.selectedOptions[0].hasAttribute('data-bare');
  value.name = `f.${chip.dataset.filter}.${operation.value}`;
  value.hidden = bare;
  if (value.nextElementSibling?.matches('.ts-wrapper')) value.nextElementSibling.hidden = bare;
  if (bare && value.tagName === 'INPUT') value.value = '1';
}

function showApply() {
  find('[data-apply]', form()).hidden = findAll('.filter-chip', form()).length === 0;
}

function add(key) {
  const chip = find(`template[data-filter="${CSS.escape(key)}"]`).content.firstElementChild.cloneNode(true);
  find('.chips', form()).append(chip);
  form().hidden = false;
  nameValue(chip);
  showApply();
  styleFields(chip);
  find('.value', chip).focus();
}

/** Filters that are joined by AND and live in the URL. */
export function startFilters() {
  if (!form()) return;
  on('click', '[data-add-filter]', (button) => add(button.dataset.addFilter));
  on('click', '.filter-chip button.remove', (button) => {
    button.closest('.filter-chip').remove();
    showApply();
    form().hidden = findAll('.filter-chip', form()).length === 0;
  });
  on('change', '.filter-chip select.operation', (operation) => nameValue(operation.closest('.filter-chip')));
  on('input', 'form.filters', showApply);
  on('change', 'form.filters', showApply);
}
