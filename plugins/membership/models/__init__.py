"""The tables of membership."""

from plugins.membership.models.members import Alias, KnownStore, Member, NumberSeries, Photo
from plugins.membership.models.sources import SOURCES
from plugins.membership.models.tags import COLOURS, MemberTag, Tag
from plugins.membership.models.timeline import HistoryLine

__all__ = [
    "COLOURS",
    "SOURCES",
    "Alias",
    "HistoryLine",
    "KnownStore",
    "Member",
    "MemberTag",
    "NumberSeries",
    "Photo",
    "Tag",
]
