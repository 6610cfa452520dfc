"""What must hold for bills themselves, as queries that return what breaks it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console.api import _
from plugins.cashier.models import (
    Bill,
    Discount,
    Line,
    LinePart,
    Order,
    Payment,
    Performer,
    Refund,
    Seller,
    Settlement,
)
from plugins.cashier.services.reports.spans import JOURNAL, Span, total
from plugins.cashier.tie_rules import TieRule

SETTLED = ("settled", "part_paid")


def statement_of(rule: TieRule, span: Span) -> Any:
    """Return the query for what breaks a rule within a span of days and stores."""
    found = rule.query().subquery(rule.key)
    within = span.holds(found.c.store_id, found.c.day)
    unlike = sa.or_(found.c.expected.is_distinct_from(found.c.found), found.c.expected.is_(None))
    return sa.select(found).where(*within, unlike).order_by(found.c.day, found.c.what)


def row_of(what: Any, expected: Any, found: Any) -> tuple[Any, ...]:
    """Return the columns of a rule about bills."""
    return (
        Bill.store_id.label("store_id"),
        Bill.booked_on.label("day"),
        Bill.id.label("bill_id"),
        what.label("what"),
        expected.label("expected"),
        found.label("found"),
    )


def _of_bill(model: Any, column: Any, *where: Any) -> Any:
    return sa.select(total(column)).where(model.bill_id == Bill.id, *where).scalar_subquery()


def _dues() -> Any:
    return sa.select(*row_of(Bill.number, Bill.due_fen, _of_bill(Line, Line.due_fen)))


def _lists() -> Any:
    return sa.select(*row_of(Bill.number, Bill.list_fen, _of_bill(Line, Line.list_fen)))


def _came_off() -> Any:
    return sa.select(*row_of(Bill.number, Bill.list_fen - Bill.due_fen, Bill.discount_fen))


def _orders() -> Any:
    lines = sa.select(total(Line.due_fen)).where(
        Line.bill_id == Order.bill_id, Line.order_kind == Order.kind
    )
    rows = row_of(Order.number, Order.due_fen, lines.scalar_subquery())
    return sa.select(*rows).select_from(Order).join(Bill, Bill.id == Order.bill_id)


def _order_heads() -> Any:
    """Orders stand in the store, on the day and in the state of their bill."""
    agrees = sa.case(
        (
            sa.and_(
                Order.store_id == Bill.store_id,
                Order.number.like(Bill.number + "%"),
                Order.booked_on == Bill.booked_on,
                sa.or_(Order.state == Bill.state, Order.state == "refunded"),
                Order.member_id.is_not_distinct_from(Bill.member_id),
            ),
            0,
        ),
        else_=1,
    )
    rows = row_of(Order.number, sa.literal(0), agrees)
    return sa.select(*rows).select_from(Order).join(Bill, Bill.id == Order.bill_id)


def _paid() -> Any:
    standing = _of_bill(Settlement, Settlement.paid_fen, Settlement.undone_at.is_(None))
    return sa.select(*row_of(Bill.number, Bill.paid_fen, standing))


def _settled_lists() -> Any:
    """What the settlements of a bill froze is its list price."""
    frozen = _of_bill(Settlement, Settlement.list_fen, Settlement.undone_at.is_(None))
    return sa.select(*row_of(Bill.number, Bill.list_fen, frozen)).where(Bill.state.in_(SETTLED))


def _untouched() -> Any:
    """Return the condition that no line of a settled bill was refunded: what is owing stays."""
    refunded = sa.select(Refund.id).where(
        Refund.bill_id == Bill.id, Refund.kind == "lines", Refund.state == "paid"
    )
    return sa.and_(Bill.state.in_(SETTLED), ~sa.exists(refunded))


def _due_paid() -> Any:
    """A settled bill was paid, or is owing."""
    rows = row_of(Bill.number, Bill.due_fen, Bill.paid_fen + Bill.owing_fen)
    return sa.select(*rows).where(_untouched())


def _settlements() -> Any:
    payments = sa.select(total(Payment.amount_fen)).where(Payment.settlement_id == Settlement.id)
    rows = row_of(Bill.number, Settlement.paid_fen, payments.scalar_subquery())
    return sa.select(*rows).select_from(Settlement).join(Bill, Bill.id == Settlement.bill_id)


def _payments() -> Any:
    parts = sa.select(total(LinePart.amount_fen)).where(LinePart.payment_id == Payment.id)
    rows = row_of(Payment.ref, Payment.amount_fen, parts.scalar_subquery())
    return (
        sa.select(*rows)
        .select_from(Payment)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(Payment.state.in_(("confirmed", "undone")), Payment.settlement_id.is_not(None))
    )


def _payment_heads() -> Any:
    """Payments stand on the day of their settlement, on its bill, and were undone with it."""
    undone = sa.case((Settlement.undone_at.is_(None), "confirmed"), else_="undone")
    agrees = sa.case(
        (
            sa.and_(
                Payment.booked_on == Settlement.booked_on,
                Payment.bill_id == Settlement.bill_id,
                Payment.state == undone,
            ),
            0,
        ),
        else_=1,
    )
    rows = row_of(Payment.ref, sa.literal(0), agrees)
    query = sa.select(*rows).select_from(Payment)
    query = query.join(Settlement, Settlement.id == Payment.settlement_id)
    return query.join(Bill, Bill.id == Payment.bill_id)


def _lines() -> Any:
    """What came off a line is the difference of its prices."""
    came_off = sa.select(total(Discount.amount_fen)).where(Discount.line_id == Line.id)
    rows = row_of(Bill.number, Line.list_fen - Line.due_fen, came_off.scalar_subquery())
    query = sa.select(*rows).select_from(Line).join(Bill, Bill.id == Line.bill_id)
    return query.where(Bill.state.in_(SETTLED))


def _standing_parts(column: Any, *where: Any) -> Any:
    """Sum a column over the parts of a line whose settlement stands."""
    query = sa.select(total(column)).select_from(LinePart)
    query = query.join(Settlement, Settlement.id == LinePart.settlement_id)
    query = query.where(LinePart.line_id == Line.id, Settlement.undone_at.is_(None), *where)
    return query.scalar_subquery()


def _parts() -> Any:
    """What payments paid of a settled line, and what is owing, come to what was due."""
    rows = row_of(Bill.number, Line.due_fen - Line.owing_fen, _standing_parts(LinePart.amount_fen))
    query = sa.select(*rows).select_from(Line).join(Bill, Bill.id == Line.bill_id)
    return query.where(_untouched())


def _principal() -> Any:
    rows = row_of(
        Bill.number,
        Line.principal_fen + Line.bonus_fen,
        _standing_parts(LinePart.principal_fen + LinePart.bonus_fen),
    )
    query = sa.select(*rows).select_from(Line).join(Bill, Bill.id == Line.bill_id)
    return query.where(Bill.state.in_(SETTLED))


def _of_lines(expected: Any, found: Any, *where: Any) -> Any:
    """Compare something of the lines that stand on settled bills."""
    query = sa.select(*row_of(Bill.number, expected, found)).select_from(Line)
    query = query.join(Bill, Bill.id == Line.bill_id)
    return query.where(_untouched(), Line.removed_at.is_(None), *where)


def _line_states() -> Any:
    settled = sa.case((Line.state == "settled", 0), else_=1)
    return _of_lines(sa.literal(0), settled)


def _line_lists() -> Any:
    """So many pieces at the list price of one."""
    one = Line.facts["unit_fen"].as_integer()
    return _of_lines(Line.list_fen, Line.quantity * one, one.is_not(None))


def _line_income() -> Any:
    """What a line earned is what its parts did, where it was paid at once and whole."""
    later = sa.select(Settlement.id).where(
        Settlement.bill_id == Bill.id,
        Settlement.undone_at.is_(None),
        sa.or_(Settlement.number > 1, Settlement.owing_fen > 0),
    )
    return _of_lines(Line.income_fen, _standing_parts(LinePart.income_fen), ~sa.exists(later))


def _order_missing() -> Any:
    """Each line has the order of its kind."""
    order = sa.select(Order.id).where(Order.bill_id == Bill.id, Order.kind == Line.order_kind)
    return _of_lines(sa.literal(0), sa.case((sa.exists(order), 0), else_=1))


def _shares(model: Any, *where: Any) -> Any:
    """The shares of those who did a line add up to the whole."""
    found = sa.func.sum(model.share_permille)
    rows = row_of(sa.func.min(Bill.number), sa.literal(1000), found)
    query = sa.select(*rows).select_from(model).join(Line, Line.id == model.line_id)
    query = query.join(Bill, Bill.id == Line.bill_id).where(*where)
    role = (model.role,) if model is Performer else ()
    return query.group_by(model.line_id, Bill.id, Bill.store_id, Bill.booked_on, *role)


def _orphans() -> Any:
    """Each settlement that took money has a journal, on its day and in its store."""
    journals = sa.select(sa.func.count()).where(
        JOURNAL.c.idem_key.like(
            "bill:" + Bill.key + ":" + sa.cast(Settlement.number, sa.String) + ":%"
        ),
        JOURNAL.c.ref == "bill:" + sa.cast(Bill.id, sa.String),
        JOURNAL.c.store_id == Bill.store_id,
        JOURNAL.c.business_on == Settlement.booked_on,
    )
    some = sa.case((journals.scalar_subquery() > 0, 0), else_=1)
    rows = row_of(Bill.number, sa.literal(0), some)
    query = sa.select(*rows).select_from(Settlement)
    query = query.join(Bill, Bill.id == Settlement.bill_id)
    return query.where(Settlement.paid_fen > 0)


def _lost_bills() -> Any:
    """Each journal of the till has its bill, settled on the day of the journal."""
    number = sa.cast(sa.func.substr(JOURNAL.c.ref, 6), sa.BigInteger)
    settled = sa.select(Settlement.id).where(
        Settlement.bill_id == number, Settlement.booked_on == JOURNAL.c.business_on
    )
    rows = (
        JOURNAL.c.store_id.label("store_id"),
        JOURNAL.c.business_on.label("day"),
        number.label("bill_id"),
        JOURNAL.c.ref.label("what"),
        sa.literal(0).label("expected"),
        sa.case((sa.exists(settled), 0), else_=1).label("found"),
    )
    return sa.select(*rows).where(JOURNAL.c.ref.like("bill:%"), JOURNAL.c.idem_key.like("bill:%"))


BILL_RULES = (
    TieRule("bill_dues", _("Bills whose lines do not add up to what is due"), _dues),
    TieRule("bill_lists", _("Bills whose lines do not add up to the list price"), _lists),
    TieRule("bill_discounts", _("Bills whose discount is not what came off"), _came_off),
    TieRule("orders", _("Orders whose lines do not add up"), _orders),
    TieRule("order_heads", _("Orders that differ from their bill"), _order_heads, unit=""),
    TieRule("bill_paid", _("Bills whose settlements do not add up to what was paid"), _paid),
    TieRule("settled_lists", _("Settlements that froze another list price"), _settled_lists),
    TieRule("bill_owing", _("Settled bills that are neither paid nor owing"), _due_paid),
    TieRule("settlements", _("Settlements whose payments do not add up"), _settlements),
    TieRule("payments", _("Payments that differ from what they paid"), _payments),
    TieRule(
        "payment_heads", _("Payments that differ from their settlement"), _payment_heads, unit=""
    ),
    TieRule("discounts", _("Lines whose discounts do not explain their price"), _lines),
    TieRule("line_parts", _("Lines that were not paid as they say"), _parts),
    TieRule("line_states", _("Lines of settled bills that are not settled"), _line_states, unit=""),
    TieRule("line_lists", _("Lines whose quantity and list price differ"), _line_lists),
    TieRule("line_income", _("Lines whose income is not that of their parts"), _line_income),
    TieRule("order_missing", _("Lines without an order"), _order_missing, unit=""),
    TieRule("line_lots", _("Lines whose parts from lots do not add up"), _principal),
    TieRule(
        "performers",
        _("Lines whose performers' shares are not the whole"),
        lambda: _shares(Performer),
        unit="permille",
    ),
    TieRule(
        "sellers",
        _("Lines whose sellers' shares are not the whole"),
        lambda: _shares(Seller),
        unit="permille",
    ),
    TieRule("unbooked", _("Settlements without a journal"), _orphans, unit=""),
    TieRule("lost_bills", _("Journals of the till without their settlement"), _lost_bills, unit=""),
)
