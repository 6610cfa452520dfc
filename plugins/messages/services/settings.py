"""What the owner decides about messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console import api
from console.api import _
from plugins.messages.services.channels import SANDBOX, all_channels

WAYS, HOURS = _("Channels"), _("When marketing may be sent")
#: Operators carry no marketing before 8:00 and after 21:00.
FIRST, LAST = 8 * 60, 21 * 60
TIMES = tuple(
    (text, text)
    for minutes in range(FIRST, LAST + 1, 30)
    for text in (f"{minutes // 60:02}:{minutes % 60:02}",)
)


def ways() -> Sequence[tuple[Any, Any]]:
    """Return what may be chosen: no channel, or one; during the demo only those that lead nowhere.

    Then nobody can configure a real provider, and no stranger ever gets a message.
    """
    return [("", _("Inbox only")), *code_ways()]


def code_ways() -> Sequence[tuple[Any, Any]]:
    """Return the channels that may be chosen for codes, which no inbox can carry."""
    return [(each.key, each.title) for each in all_channels().values()]


SERVICE_CHANNEL = api.Setting(
    "messages.service_channel",
    _("Service messages also go by"),
    SANDBOX,
    _("Every message stands in the member's inbox as well."),
    choices=ways,
    group=WAYS,
)
MARKETING_CHANNEL = api.Setting(
    "messages.marketing_channel",
    _("Marketing messages also go by"),
    SANDBOX,
    _("Only to members who agreed to it."),
    choices=ways,
    group=WAYS,
)
CODE_CHANNEL = api.Setting(
    "messages.code_channel", _("SMS codes go by"), SANDBOX, choices=code_ways, group=WAYS
)
MARKETING_FROM = api.Setting(
    "messages.marketing_from", _("Not before"), "09:00", choices=TIMES, group=HOURS
)
MARKETING_TO = api.Setting(
    "messages.marketing_to",
    _("Not after"),
    "20:30",
    _("By the clock of the member's store. What comes later waits for the next morning."),
    choices=TIMES,
    group=HOURS,
)
MOST_A_DAY = api.Setting(
    "messages.most_a_day", _("Most to one member in a day"), 1, least=1, most=10, group=HOURS
)
MOST_A_MONTH = api.Setting(
    "messages.most_a_month", _("Most to one member in 30 days"), 4, least=1, most=60, group=HOURS
)

SETTINGS = (
    SERVICE_CHANNEL,
    MARKETING_CHANNEL,
    CODE_CHANNEL,
    MARKETING_FROM,
    MARKETING_TO,
    MOST_A_DAY,
    MOST_A_MONTH,
)
