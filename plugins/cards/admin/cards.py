"""The cards of members, and what staff do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.counter import CARDS
from plugins.cards.admin.papers import PaperPages
from plugins.cards.admin.places import (
    draw,
    fen_of,
    key_of_form,
    means_of,
    means_to_pay,
    new_key,
    number_of,
    reach,
    say,
    today_of,
    yuan,
)
from plugins.cards.admin.transfers import TransferPages
from plugins.cards.models import Card, CardUse, Change
from plugins.cards.models.cards import STATES
from plugins.cards.permissions import (
    CHANGE_CARDS,
    SEE_CARDS,
    SELL_CARDS,
    TRANSFER_CARDS,
    UNDO_USES,
    USE_SESSIONS,
)
from plugins.cards.services.accounts import left_of, left_per_card, owing_of, owing_of_all
from plugins.cards.services.alone import take_owing
from plugins.cards.services.changing import (
    extend_card,
    pause_card,
    resume_card,
    share_card,
    undo_sale,
    unshare_card,
)
from plugins.cards.services.contracts import contract_of
from plugins.cards.services.giving import why_not_give
from plugins.cards.services.swapping import why_not_swap
from plugins.cards.services.taking_in import check_day
from plugins.cards.services.telling import say as say_change
from plugins.membership.api import Member

SHOWN = 30


def _cards(ids: Sequence[int]) -> Sequence[Card]:
    return api.db.session.scalars(sa.select(Card).where(Card.id.in_(ids))).all()


def _left(ids: Sequence[int]) -> Mapping[int, str]:
    cards = _cards(ids)
    left = left_of(part for card in cards for part in card.parts)
    return {card.id: _say_left(card, left) for card in cards}


def _say_left(card: Card, left: Mapping[int, Any]) -> str:
    if card.kind == "pass":
        return api.gettext("no limit")
    whole = sum(part.sessions + part.free for part in card.parts)
    return f"{sum(left[part.id].all for part in card.parts if part.id in left)} / {whole}"


def _standing(ids: Sequence[int]) -> Mapping[int, str]:
    """Say how cards stand; those in use that nothing is left of, or that are over, say that."""
    cards, words = _cards(ids), dict(STATES)
    left = left_of(part for card in cards for part in card.parts)
    today = api.today("Asia/Shanghai")
    found = {}
    for card in cards:
        found[card.id] = str(words[card.state])
        if card.state != "active":
            continue
        if card.until_on is not None and card.until_on < today:
            found[card.id] = api.gettext("Expired")
        elif card.kind != "pass" and not any(
            left[part.id].all for part in card.parts if part.id in left
        ):
            found[card.id] = api.gettext("All used")
    return found


def _owing(ids: Sequence[int]) -> Mapping[int, int]:
    return owing_of_all(_cards(ids))


def _is_ended(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    """Return the condition that a card is over while sessions are left."""
    left = left_per_card()
    has_some = sa.select(left.c.card_id).where(left.c.card_id == Card.id, left.c.left > 0)
    ended = sa.and_(
        Card.until_on < api.today("Asia/Shanghai"), Card.state == "active", has_some.exists()
    )
    return ended if value else sa.not_(sa.func.coalesce(ended, sa.false()))


class CardAdmin(PaperPages, TransferPages, api.ModelAdmin):
    """Every card that a member holds or held."""

    subject, noun = Card, "cards"
    title, singular = _("Members' cards"), _("card")
    icon, group, order = "id", "cards", 20
    needs = {"view": SEE_CARDS, "export": CHANGE_CARDS}
    list_columns = (
        "member_id",
        "name",
        "kind",
        api.Column("left", _("Left"), load=_left),
        "until_on",
        api.Column("standing", _("State"), load=_standing),
        "price_fen",
        api.Column("owing", _("Owing"), load=_owing, kind="money"),
        "sold_on",
        "store_id",
    )
    default_sort = "-sold_on"
    filters = (
        "state",
        "kind",
        "product_id",
        api.Filter("ended", _("Ended with sessions left"), "bool", where=_is_ended),
        "until_on",
        "sold_on",
        "store_id",
        "source",
    )
    search = ("name",)
    details = (
        "member_id",
        "product_id",
        "kind",
        "state",
        "price_fen",
        "list_fen",
        "bonus_fen",
        "starts_on",
        "until_on",
        "per_week",
        "stores",
        "sold_on",
        "store_id",
        "sold_by",
        "source",
        "swapped_from_id",
    )
    empty_hint = _("Cards appear here when they are sold or taken in.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        where, found = f"{CARDS}{record.id}", []
        if record.state in ("active", "paused"):
            use = f"/console/cards/counter/{record.member_id}/use"
            found.append(api.RecordAction(_("Use a session"), use, USE_SESSIONS, "GET"))
            change = api.RecordAction(_("Change card"), f"{where}/change", CHANGE_CARDS, "GET")
            found.append(change)
        if why_not_give(record) is None:
            give = api.RecordAction(_("Transfer card"), f"{where}/transfer", TRANSFER_CARDS, "GET")
            found.append(give)
        if why_not_swap(record) is None:
            found.append(api.RecordAction(_("Swap card"), f"{where}/swap", SELL_CARDS, "GET"))
        if contract_of(record.id) is not None:
            found.append(api.RecordAction(_("Contract"), f"{where}/contract", SEE_CARDS, "GET"))
        if record.bill_ref and owing_of(record):
            found.append(api.RecordAction(_("Take owing"), f"{where}/owing", SELL_CARDS, "GET"))
        if record.state == "active" and record.sold_on == today_of(record.store):
            undo = api.RecordAction(_("Undo sale"), f"{where}/undo", UNDO_USES, "GET", danger=True)
            found.append(undo)
        return found

    def panels(self, record: Any) -> list[api.Panel]:
        left = left_of(record.parts)
        told: dict[str, Any] = {"card": record, "left": left, "owing": owing_of(record)}
        uses = sa.select(CardUse).where(CardUse.card_id == record.id)
        changes = sa.select(Change).where(Change.card_id == record.id)
        used = api.db.session.scalars(uses.order_by(CardUse.id.desc()).limit(SHOWN)).all()
        changed = api.db.session.scalars(changes.order_by(Change.id.desc()).limit(SHOWN)).all()
        return [
            api.Panel(_("What is left"), draw("_left.html", **told), 10),
            api.Panel(_("Card consumption"), draw("_uses.html", uses=used), 20),
            api.Panel(_("History"), draw("_changes.html", changes=changed, say=say_change), 30),
        ]

    @api.page("/<int:number>/change", needs=CHANGE_CARDS)
    def ask_change(self, number: int) -> Any:
        return self._show("change.html", reach(Card, number, CHANGE_CARDS))

    @api.page("/<int:number>/change", needs=CHANGE_CARDS, methods=("POST",))
    def change(self, number: int) -> Any:
        card = reach(Card, number, CHANGE_CARDS)
        return self._try("change.html", card, lambda: _change(number))

    @api.page("/<int:number>/owing", needs=SELL_CARDS)
    def ask_owing(self, number: int) -> Any:
        return self._show("owing.html", reach(Card, number, SELL_CARDS))

    @api.page("/<int:number>/owing", needs=SELL_CARDS, methods=("POST",))
    def take_owing(self, number: int) -> Any:
        card = reach(Card, number, SELL_CARDS)
        return self._try("owing.html", card, lambda: _take_owing(card))

    @api.page("/<int:number>/undo", needs=UNDO_USES)
    def ask_undo(self, number: int) -> Any:
        return self._show("undo_sale.html", reach(Card, number, UNDO_USES))

    @api.page("/<int:number>/undo", needs=UNDO_USES, methods=("POST",))
    def undo(self, number: int) -> Any:
        card = reach(Card, number, UNDO_USES)
        reason = request.form.get("reason", "")
        return self._try("undo_sale.html", card, lambda: undo_sale(number, reason))

    def _try(self, template: str, card: Card, act: Callable[[], object]) -> Any:
        number = card.id
        try:
            act()
        except api.Refused as refused:
            return self._show(template, api.db.session.get_one(Card, number), refused)
        say(api.gettext("Saved."))
        return redirect(f"{CARDS}{number}/")

    def _show(self, template: str, card: Card, problem: api.Refused | None = None) -> Any:
        page = api.render(
            f"cards/{template}",
            view=self,
            card=card,
            owing=owing_of(card),
            means=means_to_pay(),
            today=today_of(card.store),
            key=request.form.get("key") or new_key(),
            entered=request.form,
            yuan=yuan,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _change(number: int) -> None:
    """Do the one thing that the form asks for."""
    what, reason = request.form.get("what", ""), request.form.get("reason", "")
    if what == "extend":
        until_on = check_day(request.form.get("until_on", ""))
        if until_on is None:
            raise api.Refused(_("Enter a day such as 2026-12-31."))
        extend_card(number, until_on, reason)
    elif what == "pause":
        pause_card(number, reason)
    elif what == "resume":
        resume_card(number)
    elif what == "share":
        share_card(number, request.form.get("name", ""))
    elif what == "unshare":
        unshare_card(number, number_of("person_id") or 0)
    else:
        raise api.Refused(_("Choose what to do."))


def _take_owing(card: Card) -> None:
    take_owing(card, means_of(), fen_of("paid") or 0, key=key_of_form())


def draw_cards(member: Member, cards: Sequence[Card]) -> Any:
    """Draw a member's cards for her own page."""
    return draw(
        "_cards.html",
        member=member,
        cards=cards,
        left=left_of(part for card in cards for part in card.parts),
        owing=owing_of_all(cards),
        today=api.today(member.home_store.time_zone),
        may_sell=api.find_record(Member, member.id, SELL_CARDS) is not None,
        may_use=api.find_record(Member, member.id, USE_SESSIONS) is not None,
    )
