import { findAll } from './admin/dom.js';
import { startDesk } from './board/desk.js';
import { startDrag } from './board/drag.js';
import { draw } from './board/draw.js';
import { startKeys } from './board/keys.js';
import { CELL_PX, root, state } from './board/state.js';
import { startSync } from './board/sync.js';
import { isOverview } from './board/week.js';

/** So much of the time before now stays in view. */
const BEFORE_CELLS = 12;

findAll('[data-sends]').forEach((field) => field.addEventListener('change', () => field.form.submit()));
if (root) {
  startKeys();
  draw();
  startDrag();
  startSync();
  const now = state.told.now === null || isOverview() ? null : state.told.columns.find((column) => state.told.now >= column.first);
  if (now) root.scrollTop = Math.max(0, (state.told.now - now.first - BEFORE_CELLS) * CELL_PX);
}
startDesk();
