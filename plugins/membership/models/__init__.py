"""The tables of membership."""

from plugins.membership.models.consent import CHANNELS, PURPOSES, Consent, ConsentText
from plugins.membership.models.id_documents import DOCUMENTS, LICENCE, IdDocument
from plugins.membership.models.levels import (
    BASES,
    BENEFITS,
    CAUSES,
    Benefit,
    Growth,
    Level,
    LevelChange,
    LevelGift,
)
from plugins.membership.models.members import Alias, KnownStore, Member, NumberSeries, Photo
from plugins.membership.models.merging import Duplicate, Merge, MovedRow
from plugins.membership.models.phone import (
    CardRequest,
    CodeUse,
    Identity,
    JoinCode,
    MemberCard,
    VisitorSession,
)
from plugins.membership.models.privacy import ERASURE_STATES, DataCopy, Erasure
from plugins.membership.models.sources import SOURCES
from plugins.membership.models.tags import COLOURS, MemberTag, Tag
from plugins.membership.models.timeline import HistoryLine
from plugins.membership.models.value import (
    SPLITS,
    MemberPin,
    Purse,
    PurseCategory,
    PurseKind,
    PurseRate,
    Recharge,
    Tier,
    TierStore,
    ValueHold,
)

__all__ = [
    "BASES",
    "BENEFITS",
    "CAUSES",
    "CHANNELS",
    "COLOURS",
    "DOCUMENTS",
    "ERASURE_STATES",
    "LICENCE",
    "PURPOSES",
    "SOURCES",
    "SPLITS",
    "Alias",
    "Benefit",
    "CardRequest",
    "CodeUse",
    "Consent",
    "ConsentText",
    "DataCopy",
    "Duplicate",
    "Erasure",
    "Growth",
    "HistoryLine",
    "IdDocument",
    "Identity",
    "JoinCode",
    "KnownStore",
    "Level",
    "LevelChange",
    "LevelGift",
    "Member",
    "MemberCard",
    "MemberPin",
    "MemberTag",
    "Merge",
    "MovedRow",
    "NumberSeries",
    "Photo",
    "Purse",
    "PurseCategory",
    "PurseKind",
    "PurseRate",
    "Recharge",
    "Tag",
    "Tier",
    "TierStore",
    "ValueHold",
    "VisitorSession",
]
