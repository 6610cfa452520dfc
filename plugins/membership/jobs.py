"""What membership does by the clock."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.membership.services.bonus_ends import end_old_bonus
from plugins.membership.services.copying import drop_old_copies
from plugins.membership.services.duplicates import start_looking
from plugins.membership.services.erasing import start_due_erasures
from plugins.membership.services.filing import refresh_birthdays
from plugins.membership.services.id_documents import drop_old_ids
from plugins.membership.services.level_terms import check_levels
from plugins.membership.services.points.moving import expire_old_points
from plugins.membership.services.points.tasks import award_rows
from plugins.membership.services.visitors import forget_phones

SCHEDULES = (
    api.Schedule("membership.birthdays", refresh_birthdays, daily_at="00:05"),
    api.Schedule("membership.duplicates", start_looking, daily_at="02:40"),
    api.Schedule("membership.copies", drop_old_copies, daily_at="03:50"),
    api.Schedule("membership.erasures", start_due_erasures, every=dt.timedelta(hours=1)),
    api.Schedule("membership.id_documents", drop_old_ids, daily_at="03:55"),
    api.Schedule("membership.levels", check_levels, daily_at="02:10"),
    api.Schedule("membership.rows", award_rows, daily_at="06:40"),
    api.Schedule("membership.points", expire_old_points, daily_at="00:20"),
    api.Schedule("membership.bonus_ends", end_old_bonus, daily_at="00:25"),
    api.Schedule("membership.phones", forget_phones, daily_at="03:20"),
)
