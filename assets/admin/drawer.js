import { find } from './dom.js';

/** On a phone the menu is a drawer; while it is one it is a dialog and bears the menu's name. */
export function startDrawer() {
  const drawer = find('#sidebar');
  if (!drawer) return;
  const { ariaLabel } = find('nav', drawer);
  drawer.addEventListener('show.bs.offcanvas', () => { drawer.ariaLabel = ariaLabel; });
  drawer.addEventListener('hidden.bs.offcanvas', () => { drawer.ariaLabel = null; });
}
