"""Settling a bill by the member's word alone, where it waits for nothing else."""

from __future__ import annotations

from console import api
from plugins.cashier.models import Confirmation
from plugins.cashier.services.settling import settle


def settle_by_consent(number: int) -> bool:
    """Settle what a member confirmed, in the name of who asked her; tell whether it was.

    Only where whoever asked may do so and nothing is to be paid. What is refused stays open at
    the till, with her confirmation. Call it outside any unit.
    """
    api.db.session.rollback()
    asked = api.db.session.get(Confirmation, number, populate_existing=True)
    needs = asked.told.get("needs") if asked is not None else None
    if asked is None or not needs or asked.state != "confirmed" or asked.asked_by is None:
        return False
    key, roles = needs
    user = api.db.session.get_one(api.User, asked.asked_by)
    may = api.Permission(key, "", tuple(roles)).held_by(user.id, asked.store_id)
    if not (user.active and may):
        return False
    bill_id, form, who = asked.bill_id, asked.key, api.Actor(user.id, user.name, asked.store_id)
    api.db.session.rollback()
    try:
        with api.acting_as(who):
            settle(bill_id, [], key=form, agreed_by="phone")
    except api.Refused:
        api.db.session.rollback()
        return False
    return True
