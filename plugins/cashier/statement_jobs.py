"""What the till does by the clock with statements of channels."""

from __future__ import annotations

from console import api
from plugins.cashier.services.statements.taking import fetch_statements
from plugins.cashier.services.statements.waiting import drop_old_files

SCHEDULES = (
    api.Schedule("fetch_statements", fetch_statements, daily_at="05:10"),
    api.Schedule("drop_statement_files", drop_old_files, daily_at="05:20"),
)
