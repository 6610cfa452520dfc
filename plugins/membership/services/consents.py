"""What members agreed to: giving and withdrawing, always with the text that was shown."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import CHANNELS, PURPOSES, Consent, ConsentText, Member

FILE = Path(__file__).parent.parent / "consent_texts.toml"
LOCALES = ("zh_Hans_CN", "zh_Hant_TW", "en")
LONGEST = 4000
#: Without these nobody can be a member; she may ask for erasure instead of withdrawing them.
BASIC = ("service",)


@dataclass(frozen=True)
class Text:
    """A version of what members are asked to agree to."""

    purpose: str
    version: int
    since_on: dt.date
    texts: Mapping[str, str]

    @property
    def shown(self) -> str:
        """Return the text in the reader's language."""
        return api.translate(self.texts["zh_Hans_CN"], self.texts)


@dataclass(frozen=True)
class Standing:
    """How a member stands to a purpose: her latest word, if she ever gave one."""

    purpose: str
    label: Any
    given: bool
    text: Text
    last: Consent | None

    @property
    def is_outdated(self) -> bool:
        """Whether she agreed to an earlier text than the one in force."""
        return self.given and self.last is not None and self.last.version != self.text.version


@cache
def _built_in() -> tuple[Text, ...]:
    told = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(
        Text(one["purpose"], one["version"], one["since_on"], one["texts"]) for one in told["text"]
    )


def texts_of(purpose: str) -> list[Text]:
    """Return all versions of a purpose's text, the latest first."""
    rows = api.db.session.scalars(sa.select(ConsentText).where(ConsentText.purpose == purpose))
    own = [Text(row.purpose, row.version, row.since_on, row.texts) for row in rows]
    built_in = [text for text in _built_in() if text.purpose == purpose]
    return sorted([*built_in, *own], key=lambda text: text.version, reverse=True)


def text_in_force(purpose: str) -> Text:
    """Return the version that members are shown today."""
    today = api.today("Asia/Shanghai")
    return next(text for text in texts_of(purpose) if text.since_on <= today)


@api.unit
def add_text(purpose: str, since_on: dt.date, texts: Mapping[str, str]) -> int:
    """Add a version of a text, in all three languages; return its number."""
    if purpose not in dict(PURPOSES):
        raise api.NotFound(_("There is no such purpose."))
    plain = {locale: texts.get(locale, "").strip()[:LONGEST] for locale in LOCALES}
    if not all(plain.values()):
        raise api.Refused(_("Write the text in all three languages."))
    last = texts_of(purpose)[0]
    if since_on < last.since_on:
        raise api.Refused(_("A new text cannot be older than the last one."))
    text = ConsentText(
        purpose=purpose,
        version=last.version + 1,
        since_on=since_on,
        texts=plain,
        added_at=api.now(),
        user_name=api.actor().name,
    )
    api.db.session.add(text)
    api.record_audit("membership.consent_text", text, title=_("Added a consent text"))
    return text.version


@api.unit
def give_consent(member_id: int, purpose: str, *, channel: str) -> None:
    """Write down that a member agreed to the text in force; nothing when she has."""
    _say(member_id, purpose, given=True, channel=channel)


@api.unit
def withdraw_consent(member_id: int, purpose: str, *, channel: str) -> None:
    """Write down that a member takes her consent back; nothing when there is none."""
    _say(member_id, purpose, given=False, channel=channel)


def _say(member_id: int, purpose: str, *, given: bool, channel: str) -> None:
    if purpose not in dict(PURPOSES) or channel not in dict(CHANNELS):
        raise ValueError(f"unknown purpose {purpose!r} or channel {channel!r}")
    locked = sa.select(Member).where(Member.id == member_id).with_for_update(of=Member)
    member = api.db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if member.gone_at is not None:
        raise api.Conflict(_("This file was merged or erased meanwhile."))
    text = text_in_force(purpose)
    last = _last_words([member_id]).get((member_id, purpose))
    same = last is not None and last.given == given
    if (last is None and not given) or (same and (not given or last.version == text.version)):  # type: ignore[union-attr]
        return
    who = api.actor()
    api.db.session.add(
        Consent(
            member_id=member_id,
            purpose=purpose,
            given=given,
            version=text.version,
            at=api.now(),
            channel=channel,
            user_id=who.user_id,
            user_name=who.name if who.user_id else "",
        )
    )
    settle_marketing(member_id)
    api.record_audit(
        "membership.consent_given" if given else "membership.consent_withdrawn",
        member,
        after={"purpose": purpose, "version": text.version, "channel": channel},
        store_id=member.home_store_id,
        title=_("Wrote down a consent") if given else _("Wrote down a withdrawal"),
    )


def settle_marketing(member_id: int) -> None:
    """Keep in the member's file whether her latest word on marketing was yes; in a unit."""
    api.db.session.flush()
    last = _last_words([member_id]).get((member_id, "marketing"))
    may = last is not None and last.given
    member = api.db.session.get_one(Member, member_id)
    if member.may_market != may:
        member.may_market = may
        api.db.session.flush()


def consents_of(member_id: int) -> list[Standing]:
    """Return how a member stands to every purpose, in their order."""
    last = _last_words([member_id])
    return [
        Standing(
            purpose,
            label,
            (word := last.get((member_id, purpose))) is not None and word.given,
            text_in_force(purpose),
            word,
        )
        for purpose, label in PURPOSES
    ]


def has_consent(member_id: int, purpose: str) -> bool:
    """Tell whether a member's latest word on a purpose was yes."""
    last = _last_words([member_id]).get((member_id, purpose))
    return last is not None and last.given


def words_of(member_id: int) -> Sequence[Consent]:
    """Return every word that a member gave or took back, the latest first."""
    rows = sa.select(Consent).where(Consent.member_id == member_id)
    return api.db.session.scalars(rows.order_by(Consent.at.desc(), Consent.id.desc())).all()


def _last_words(member_ids: Sequence[int]) -> dict[tuple[int, str], Consent]:
    rows = sa.select(Consent).where(Consent.member_id.in_(member_ids))
    found = api.db.session.scalars(rows.order_by(Consent.at, Consent.id))
    return {(word.member_id, word.purpose): word for word in found}
