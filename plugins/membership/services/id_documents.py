"""Who buys prepaid cards: identity documents, noted where the law or the salon asks for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Name, Tender
from plugins.membership.models import DOCUMENTS, LICENCE, IdDocument, Member
from plugins.membership.services.holding import record_act
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.regions import GROUP, Figure, caps_bind, figures
from plugins.membership.services.timeline import note_history

ASK = api.Setting(
    "membership.ask_id",
    _("Note an ID with top-ups and cards"),
    "law",
    help=_("As the rules say: a company has to, a sole trader is not asked."),
    choices=(("law", _("As the rules say")), ("always", _("Always")), ("never", _("Never"))),
    per_store=True,
    group=GROUP,
)
NUMBER = re.compile(r"[0-9A-Z]{5,20}")
#: Weights and check digits of an identity card, GB 11643; of a licence, GB 32100.
CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CARD_CHECKS = "10X98765432"
LICENCE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LICENCE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class IdMissing(api.Refused):
    """The rules ask for an identity document, and none is noted."""

    def __init__(self, figure: Figure, fen: int) -> None:
        super().__init__(
            _(
                "An ID has to be noted before a sale of %(amount)s. %(source)s",
                amount=api.format_fen(fen),
                source=figure.source,
            )
        )


class TransferOnly(api.Refused):
    """So much is paid by bank transfer only; *together_fen* is what several things come to.

    *today* says that what she bought before on the same day is among them.
    """

    def __init__(
        self, rule: Figure, together_fen: int | None = None, *, today: bool = False
    ) -> None:
        told = {"amount": rule.shown, "source": rule.source}
        if together_fen is None:
            words = _(
                "From %(amount)s at once prepaid cards are paid by bank transfer only. %(source)s",
                **told,
            )
        elif today:
            words = _(
                "With what she was sold earlier today the top-ups and cards come to %(sum)s. From "
                "%(amount)s at once prepaid cards are paid by bank transfer only. %(source)s",
                sum=api.format_fen(together_fen),
                **told,
            )
        else:
            words = _(
                "These top-ups and cards come to %(sum)s together. From %(amount)s at once "
                "prepaid cards are paid by bank transfer only. %(source)s",
                sum=api.format_fen(together_fen),
                **told,
            )
        super().__init__(words)


def id_of(member_id: int) -> IdDocument | None:
    """Return the document that is noted of a member; its number lies concealed."""
    found: IdDocument | None = api.db.session.get(IdDocument, member_id)
    return found


def asks_for_id(store_id: int) -> bool:
    """Tell whether a store notes an ID with prepaid cards."""
    rule = ASK.get(store_id)
    return rule == "always" or (rule == "law" and caps_bind())


def lacks_id(member_id: int, store_id: int, fen: int, *, named: bool = True) -> Figure | None:
    """Return the rule by which an ID is missing for a sale of so much; None where nothing is."""
    if not asks_for_id(store_id):
        return None
    figure = figures()["id_named_fen" if named else "id_unnamed_fen"]
    return figure if fen >= int(figure.value) and id_of(member_id) is None else None


def require_id(member_id: int, store_id: int, fen: int, *, named: bool = True) -> None:
    """Raise `IdMissing` where an ID has to be noted first; note in the unit that it was needed."""
    missing = lacks_id(member_id, store_id, fen, named=named)
    if missing is not None:
        raise IdMissing(missing, fen)
    noted = id_of(member_id)
    if noted is not None:
        noted.used_at = api.now()


def require_transfer(
    member_id: int,
    fen: int,
    tenders: Sequence[Tender],
    store_id: int | None = None,
    *,
    together: bool = False,
    today: bool = False,
) -> None:
    """Raise `TransferOnly` where a company takes so much for prepaid cards by other means.

    *together* says that *fen* is what several of them come to, *today* that some were sold before
    on the same day. A sole trader may take it; it
    is written down that the rules name a bank transfer.
    """
    rule = transfer_rule(member_id)
    if fen < int(rule.value) or all(by_bank(tender.account) for tender in tenders):
        return
    if caps_bind():
        raise TransferOnly(rule, fen if together else None, today=today)
    member = api.db.session.get_one(Member, member_id)
    title = _("Took a large prepayment without a bank transfer")
    note = f"{api.format_fen(fen)} · {rule.source}"
    api.record_audit("membership.no_transfer", member, note=note, store_id=store_id, title=title)


def by_bank(account: Name) -> bool:
    """Tell whether money goes to the salon's bank account."""
    return account.kind == "bank"


def transfer_rule(member_id: int) -> Figure:
    """Return the rule from which amount a member pays prepaid cards by bank transfer only."""
    noted = id_of(member_id)
    unit = noted is not None and noted.kind == LICENCE
    return figures()["transfer_company_fen" if unit else "transfer_person_fen"]


@api.unit
def note_id(member_id: int, kind: str, number: str) -> IdDocument:
    """Note the identity document of a member; one that was noted before is replaced."""
    plain = "".join(number.split()).upper()
    check_number(kind, plain)
    member = lock_member(member_id)
    noted = id_of(member.id)
    if noted is None:
        noted = IdDocument(member_id=member.id, used_at=api.now())
        api.db.session.add(noted)
    noted.kind, noted.concealed, noted.tail = kind, api.conceal(plain), plain[-4:]
    noted.noted_at, noted.noted_by = api.now(), api.actor().name
    note_history(member.id, "id_noted", tail=noted.tail)
    record_act(member, "membership.id_noted", _("Noted an ID"), f"**** {noted.tail}")
    api.db.session.flush()
    return noted


@api.unit
def read_id(member_id: int, reason: str) -> str:
    """Return the whole number, and write down who looked at it, and why."""
    noted = id_of(member_id)
    if noted is None:
        raise api.NotFound(_("No ID is noted."))
    if not reason.strip():
        raise api.Refused(_("Please give a reason: it is kept in the audit trail."))
    member = api.db.session.get_one(Member, member_id)
    record_act(member, "membership.id_read", _("Looked at an ID"), reason.strip()[:200])
    return api.uncover(noted.concealed)


def check_number(kind: str, number: str) -> None:
    """Raise `Refused` for a number that the document cannot have."""
    if kind not in dict(DOCUMENTS):
        raise api.Refused(_("Choose one of the list."))
    right = bool(NUMBER.fullmatch(number))
    if kind == "id_card":
        right = is_card_number(number)
    elif kind == LICENCE:
        right = is_licence_number(number)
    if not right:
        raise api.Refused(_("This number is not right. Look at the document again."))


def is_card_number(number: str) -> bool:
    """Tell whether it is the number of an identity card: 17 digits and what checks them."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(sign) * weight for sign, weight in zip(number, CARD_WEIGHTS, strict=False))
    return CARD_CHECKS[total % 11] == number[17]


def is_licence_number(number: str) -> bool:
    """Tell whether it is a unified social credit code: 17 signs and what checks them."""
    if len(number) != 18 or any(sign not in LICENCE_SIGNS for sign in number):
        return False
    values = [LICENCE_SIGNS.index(sign) for sign in number]
    total = sum(value * weight for value, weight in zip(values, LICENCE_WEIGHTS, strict=False))
    return (31 - total % 31) % 31 == values[17]


def kept_until(noted: IdDocument) -> dt.datetime:
    """Return until when the law wants a document kept."""
    years = int(figures()["id_keep_years"].value)
    return noted.used_at + dt.timedelta(days=366 * years)


@api.unit
def drop_old_ids() -> None:
    """Drop the documents of members who are erased once the law no longer wants them kept."""
    erased = sa.select(Member.id).where(Member.erased_at.is_not(None))
    held = sa.select(IdDocument).where(IdDocument.member_id.in_(erased))
    for noted in api.db.session.scalars(held):
        if kept_until(noted) <= api.now():
            api.db.session.delete(noted)
