"""The read-only pages of the books: accounts, journals, trial balance."""

from __future__ import annotations

from plugins.ledger.admin.accounts import AccountAdmin
from plugins.ledger.admin.journals import JournalAdmin
from plugins.ledger.admin.trial_balance import TrialBalanceView

VIEWS = (JournalAdmin, AccountAdmin, TrialBalanceView)
