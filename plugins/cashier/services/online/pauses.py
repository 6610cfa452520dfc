"""When the worker looks at something again."""

from __future__ import annotations

import datetime as dt

from console import api

#: An unclear outcome is asked for after these, and then every ten minutes.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 30, 120))
LATER, HOURLY = dt.timedelta(minutes=10), dt.timedelta(hours=1)
#: How long a call may take before another is made, should the worker have died on it.
LEASE = dt.timedelta(seconds=30)


def when_again(tries: int, *, slow: bool = False) -> dt.datetime:
    """Return when to look again after so many tries; *slow* is for what only people can mend."""
    if slow:
        return api.now() + (LATER if tries < len(PAUSES) else HOURLY)
    return api.now() + (PAUSES[tries] if tries < len(PAUSES) else LATER)
