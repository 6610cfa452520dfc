import { find, findAll, make, on, readJson, say } from './dom.js';
import { styleFields } from './field_loader.js';
import { nameValue } from './filters.js';
import { postJson } from './server.js';

const PAUSE_MS = 350;
const form = () => find('form.segment');
const groups = () => findAll('.segment-group', form());
const chips = (group) => findAll('.filter-chip', group);
let timer = 0;
let turn = 0;

/** Write "and" or "or" between what is joined, and number the groups. */
function paint() {
  findAll('.joint').forEach((word) => word.remove());
  const { and, or, group: title } = form().dataset;
  const word = (select) => make('span', { className: 'joint' }, select.value === 'all' ? and : or);
  groups().forEach((group, place) => {
    const name = title.replace('{number}', place + 1);
    find('[data-title]', group).textContent = name;
    find('legend', group).textContent = name;
    find('[data-remove-group]', group).hidden = groups().length === 1;
    if (place > 0) group.before(word(find('.segment-head .join', form())));
    chips(group).slice(1).forEach((chip) => chip.before(word(find('.join', group))));
  });
}

function read() {
  return {
    join: find('.segment-head .join', form()).value,
    groups: groups().map((group) => ({
      join: find('.join', group).value,
      conditions: chips(group).map((chip) => {
        const { value } = find('input.value, select.value', chip);
        return { key: chip.dataset.filter, operation: find('select.operation', chip).value, values: value ? [value] : [] };
      }),
    })),
  };
}

function showErrors(answer) {
  findAll('.segment-group .field-error').forEach((note) => { note.hidden = true; });
  findAll('.filter-chip.is-wrong').forEach((chip) => chip.classList.remove('is-wrong'));
  if (answer.ok || !answer.place) return;
  const group = groups()[answer.place[0]];
  const note = find('.field-error', group);
  note.textContent = answer.error;
  note.hidden = false;
  chips(group)[answer.place[1]]?.classList.add('is-wrong');
}

const isWhole = (asked) => asked.groups.length > 0 && asked.groups.every((group) => group.conditions.length > 0
  && group.conditions.every((each) => each.values.length > 0));

async function count() {
  const mine = ++turn;
  const place = find('[data-number-of]', form());
  const asked = read();
  if (!isWhole(asked)) {
    place.textContent = '–';
    return;
  }
  place.textContent = '…';
  const answer = await postJson(form().dataset.count, { conditions: asked });
  if (mine !== turn) return;
  place.textContent = answer.ok ? answer.label : '–';
  showErrors(answer);
}

function changed() {
  paint();
  clearTimeout(timer);
  timer = setTimeout(count, PAUSE_MS);
}

function fill(chip, condition) {
  find('select.operation', chip).value = condition.operation;
  const value = find('.value', chip);
  const [given = ''] = condition.values;
  if (value.dataset.role === 'select2-ajax' && given) value.dataset.json = JSON.stringify([given, condition.labels[0]]);
  value.value = given;
}

function addCondition(group, key, condition = null) {
  const template = find(`template[data-condition="${CSS.escape(key)}"]`);
  if (!template) return null;
  const chip = template.content.firstElementChild.cloneNode(true);
  if (condition) fill(chip, condition);
  find('.chips', group).append(chip);
  nameValue(chip);
  const styled = styleFields(chip);
  return { chip, styled };
}

function addGroup(group = { join: 'all', conditions: [] }) {
  const made = find('#segment-group').content.firstElementChild.cloneNode(true);
  find('.join', made).value = group.join;
  find('.groups', form()).append(made);
  for (const condition of group.conditions) addCondition(made, condition.key, condition);
  return made;
}

async function addByHand(button) {
  const { chip, styled } = addCondition(button.closest('.segment-group'), button.dataset.addCondition);
  changed();
  await styled;
  (find('.ts-control input', chip) ?? find('.value:not([hidden])', chip) ?? find('select.operation', chip)).focus();
}

async function save(event) {
  event.preventDefault();
  const { number, save: url } = form().dataset;
  const name = find('[name=name]', form());
  const answer = await postJson(url, {
    name: name.value, conditions: read(), number: number ? Number(number) : null,
  });
  if (answer.ok) {
    location.assign(answer.url);
    return;
  }
  showErrors(answer);
  const note = find('#segment-error');
  note.hidden = Boolean(answer.place);
  note.textContent = answer.place ? '' : answer.error;
  if (!answer.place) name.focus();
}

async function countRows(cell) {
  const answer = await fetch(cell.dataset.countOf, { headers: { Accept: 'application/json' } }).catch(() => null);
  cell.textContent = answer?.ok ? (await answer.json()).label : say('failed');
}

function startBuilder() {
  const kept = readJson('conditions');
  kept.groups.forEach(addGroup);
  if (groups().length === 0) addGroup();
  changed();
  on('click', '[data-add-condition]', addByHand);
  on('click', '[data-add-group]', () => {
    find('[data-bs-toggle]', addGroup()).focus();
    changed();
  });
  on('click', '[data-remove-group]', (button) => {
    button.closest('.segment-group').remove();
    changed();
    find('[data-add-group]', form()).focus();
  });
  on('click', '.segment .filter-chip .remove', (button) => {
    const group = button.closest('.segment-group');
    button.closest('.filter-chip').remove();
    changed();
    find('[data-bs-toggle]', group).focus();
  });
  on('change', '.segment select.operation', (operation) => nameValue(operation.closest('.filter-chip')));
  on('change', '.segment', changed);
  on('input', '.segment .filter-chip input', changed);
  form().addEventListener('submit', save);
}

/** Segments: conditions in groups with the count shown while they are put together. */
export async function startSegments() {
  if (form()) startBuilder();
  for (const cell of findAll('[data-count-of]')) await countRows(cell);
}
