"""The hooks that membership calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api

#: The tiles of the member card, in the order and by the keys in which a member finds them.
TILES = ("balance", "points", "offers", "top_up", "booking", "services", "history")


@dataclass(frozen=True)
class Tile:
    """A tile of the member card: where it leads, and the figure it shows.

    A *key* of `TILES` has its fixed place and icon; any other one comes after them. *icon* is
    one of `assets/phone_icons.txt`.
    """

    key: str
    label: Any
    url: str
    figure: str = ""
    icon: str = ""


@api.collect
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Return tiles for the card on the phone of a member who is looking at it."""
    raise NotImplementedError


@api.collect
def membership_balance_acts(member_id: int) -> Iterable[Tile]:
    """Return what else a member may do with her stored value: buttons below her balance.

    Nobody is asked while her stored value is frozen.
    """
    raise NotImplementedError


@dataclass(frozen=True)
class CardAsk:
    """Something that a member is asked while she shows her card: in words, and where to answer.

    Without an address it is a word to her that she need not answer.
    """

    words: str
    url: str = ""


@api.first
def membership_card_asks(member_id: int) -> Sequence[CardAsk] | None:
    """Return what a member is asked at this moment; None where nobody ever asks anything.

    Her card looks for it every few seconds.
    """
    raise NotImplementedError


@api.event
def membership_member_joined(member_id: int, source: str) -> None:
    """Somebody became a member; *source* is the way, such as "wechat" or "import"."""


@dataclass(frozen=True)
class TimelineMoment:
    """Something that happened to a member, in the reader's words.

    `source` names who tells it (`ledger`), `number` is unique within the source and grows with
    time; `kind` is one of those that the source names for the filter above the timeline.
    """

    at: dt.datetime
    source: str
    number: int
    kind: str
    text: str
    detail: str = ""
    by: str = ""
    url: str = ""
    icon: str = ""
    #: "good", "warn" or "bad"; calm without one.
    tone: str = ""
    #: Such as "+¥500.00"; it stands at the right.
    figure: str = ""


@dataclass(frozen=True)
class TimelinePlace:
    """The moment after which an older page of a timeline begins."""

    at: dt.datetime
    source: str
    number: int


@dataclass(frozen=True)
class ProfileFact:
    """A figure at the head of a member's file, such as the last visit or the next booking."""

    key: str
    label: Any
    figure: Any
    note: Any = ""
    url: str = ""
    #: "good", "warn" or "bad"; calm without one.
    tone: str = ""
    icon: str = ""
    order: int = 100


@api.collect
def membership_timeline_kinds() -> Iterable[tuple[str, Any]]:
    """Return the kinds of moments that one tells of, with their labels, for the filter."""
    raise NotImplementedError


@api.collect
def membership_timeline_moments(
    member_id: int, before: TimelinePlace | None, most: int, kind: str
) -> Iterable[TimelineMoment]:
    """Return the latest *most* moments older than *before*, without a query per moment.

    With a *kind* only those of that kind; "" asks for all. `api.older_than` of membership
    makes the condition for *before*.
    """
    raise NotImplementedError


@api.collect
def membership_profile_facts(member_id: int) -> Iterable[ProfileFact]:
    """Return figures for the head of a member's file: what staff must see at a glance."""
    raise NotImplementedError


@api.collect
def membership_last_visits(member_ids: Sequence[int]) -> Iterable[tuple[int, dt.date]]:
    """Return pairs of a member and the last business day on which she was there, in one query.

    Leave out whoever never was.
    """
    raise NotImplementedError


@api.collect
def membership_visit_days(
    member_ids: Sequence[int] | None, first: dt.date, last: dt.date
) -> Iterable[tuple[int, dt.date]]:
    """Return pairs of a member and a business day within some days on which she was there.

    For all members where *member_ids* is None; in one query.
    """
    raise NotImplementedError


@api.event
def membership_level_changed(
    member_id: int, old_level_id: int | None, new_level_id: int | None, cause: str
) -> None:
    """A member got another level: reached, bought, manual, term_ended, refunded or import."""


@dataclass(frozen=True)
class MovementNote:
    """Words below a movement of a member's on her phone, and where they lead."""

    journal_id: int
    text: str
    url: str = ""


@api.collect
def membership_movement_notes(member_id: int, journal_ids: Sequence[int]) -> Iterable[MovementNote]:
    """Say more of what the ledger moved for a member, on the page where she reads it."""
    raise NotImplementedError


@dataclass(frozen=True)
class MovementOrder:
    """What a movement belongs to, such as a bill, with the page of staff and her own."""

    journal_id: int
    text: str
    url: str = ""
    own_url: str = ""


@api.collect
def membership_movement_orders(journal_ids: Sequence[int]) -> Iterable[MovementOrder]:
    """Name the orders by which the ledger moved something, where it was one of yours."""
    raise NotImplementedError


@dataclass(frozen=True)
class ExportPart:
    """A part of the copy of her data that a member may ask for; *rows* hold plain values.

    *key* names it in the JSON, *title* in the readable page; *labels* name the fields of the
    rows there. *files* are put beside it: names, and where their bytes lie.
    """

    key: str
    title: Any
    rows: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


@api.check
def membership_check_merge(kept_id: int, gone_id: int) -> object | None:
    """Object, in words for staff, to one file going into another; None lets it go."""
    raise NotImplementedError


@api.collect
def membership_merge_contents(member_id: int) -> Iterable[tuple[Any, str]]:
    """Say what a file holds, for the preview of a merge, as pairs of label and text."""
    raise NotImplementedError


@api.joining
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give what is of *gone_id* to *kept_id*; `move_rows` of membership's api does it."""
    raise NotImplementedError


@api.joining
def membership_member_unmerging(kept_id: int, gone_id: int) -> None:
    """Give back what the merge moved; rows that `move_rows` moved go back by themselves."""
    raise NotImplementedError


@api.joining
def membership_member_erasing(member_id: int) -> None:
    """Erase what tells who a member is; what the books need stays, under her number alone."""
    raise NotImplementedError


@api.collect
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what is kept about a member, for the copy of her data that she may ask for."""
    raise NotImplementedError


@api.collect
def membership_prepaid_accounts() -> Iterable[sa.Subquery]:
    """Return queries of unearned money that belongs to no lot, such as the price of a pass.

    Each has the columns `account_id`, `journal_id` (of its sale), `sold_on` and `product`.
    """
    raise NotImplementedError


@api.event
def membership_member_merged(kept_id: int, gone_id: int) -> None:
    """A file went into another one of the same person."""


@api.event
def membership_member_erased(member_id: int) -> None:
    """A member's identity was erased; only her number is left."""


#: The hooks that are called; the manifest declares them.
HOOKS = (
    membership_balance_acts,
    membership_card_asks,
    membership_check_merge,
    membership_export_parts,
    membership_last_visits,
    membership_level_changed,
    membership_member_erased,
    membership_member_erasing,
    membership_member_joined,
    membership_member_merged,
    membership_member_merging,
    membership_member_unmerging,
    membership_merge_contents,
    membership_movement_notes,
    membership_movement_orders,
    membership_prepaid_accounts,
    membership_profile_facts,
    membership_tiles,
    membership_timeline_kinds,
    membership_timeline_moments,
    membership_visit_days,
)
