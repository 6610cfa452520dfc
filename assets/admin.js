import 'bootstrap/js/src/collapse.js';
import 'bootstrap/js/src/dropdown.js';
import 'bootstrap/js/src/offcanvas.js';
import { startActions } from './admin/actions.js';
import { startColumns } from './admin/columns.js';
import { startCounter } from './admin/counter.js';
import { startDrafts } from './admin/drafts.js';
import { startDrawer } from './admin/drawer.js';
import { startFieldLoader } from './admin/field_loader.js';
import { startFilters } from './admin/filters.js';
import { startFlaskAdmin } from './admin/flask_admin.js';
import { startForms } from './admin/forms.js';
import { startInlineEdit } from './admin/inline_edit.js';
import { startJobs } from './admin/jobs.js';
import { startKeypads } from './admin/keypad.js';
import { startListKeys } from './admin/list_keys.js';
import { startNearby } from './admin/nearby.js';
import { startPalette } from './admin/palette.js';
import { startPreferences } from './admin/preferences.js';
import { startRefresh } from './admin/refresh.js';
import { startReveals } from './admin/reveal.js';
import { startScanner } from './admin/scanner.js';
import { startSegments } from './admin/segments.js';
import { startSelection } from './admin/selection.js';
import { startShortcuts } from './admin/shortcuts.js';
import { startSigning } from './admin/signing.js';
import { startTillLock } from './admin/till_lock.js';
import { startToasts } from './admin/toasts.js';
import { startUploads } from './admin/uploads.js';
import { startViews } from './admin/views.js';
import { startWaiting } from './admin/waiting.js';

for (const start of [
  startNearby, startPreferences, startPalette, startDrawer, startToasts, startShortcuts, startActions, startForms,
  startFieldLoader, startSelection, startColumns, startFilters, startInlineEdit, startKeypads,
  startFlaskAdmin, startJobs, startWaiting, startRefresh, startReveals, startDrafts, startTillLock,
  startUploads, startViews, startListKeys, startSegments, startScanner, startCounter,
  startSigning,
]) start();
