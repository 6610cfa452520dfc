"""Web processes killed while several tills settle bills over HTTP: rows 1 to 4, with figures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Bill, Settlement
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.faults.fault_ledger import show
from tests.faults.till_storm import PRICE_FEN, TILL, Desk, Shop, Storm, rage
from tests.support.crowd import caller_like
from tests.support.ledger import balance as book
from tests.support.membership import join
from tests.support.people import SignIn
from tests.support.salon import add_store
from tests.support.till import service_for, top_up

SECONDS = float(os.environ.get("FAULT_SECONDS", "60"))
EVERY, TILLS, MEMBERS = 1.5, 4, 60
pytestmark = pytest.mark.timeout(0)


def counted(storm: Storm) -> dict[str, int]:
    """Compare what the tills were told with what stands in the books."""
    api.db.session.rollback()
    told = {f"{one.key}:s" for one in storm.asked if one.answered}
    rows = api.db.session.execute(
        sa.select(Settlement.key, Bill.key, Bill.number)
        .join(Bill, Bill.id == Settlement.bill_id)
        .where(Bill.key.startswith("storm:"), Settlement.undone_at.is_(None))
    ).all()
    keys = [row[0] for row in rows]
    return {
        "settled": len(keys),
        "lost": len(told - set(keys)),
        "twice": len(keys) - len(set(keys)) + len(rows) - len({row[2] for row in rows}),
        "not asked for": len(set(keys) - {f"{one.key}:s" for one in storm.asked}),
    }


def test_web_processes_killed_while_tills_settle(
    app: Flask, migrated_url: str, engine: str, sign_in: SignIn, tmp_path: Path
) -> None:
    store = add_store("福田店")
    members = [int(join(f"客{n}", phone=f"138001380{n:02}").id) for n in range(MEMBERS)]
    for member_id in members:
        top_up(member_id, 4_000)
    variant = service_for(PRICE_FEN // 100).variants[0].id
    before = book(ledger.salon("revenue", store.id))
    clients = [sign_in("owner") for _ in range(TILLS)]
    shop, storm = Shop(migrated_url, tmp_path / "shop", 1 if engine == "sqlite" else 2), Storm()
    with shop.open():
        callers = [caller_like(client, shop.port) for client in clients]
        for caller in callers:
            assert caller.get(TILL).status == 200
        desks = [Desk(storm, caller, variant, members) for caller in callers]
        rage(shop, storm, desks, SECONDS, EVERY)
    found = counted(storm)
    words = ", ".join(f"{name} {number}" for name, number in found.items())
    show(
        engine, "1, 3: kill -9 of web processes while four tills settle", f"{storm.told()}, {words}"
    )
    assert storm.refused == {}
    assert all(one.answered for one in storm.asked)
    assert found == {"settled": len(storm.asked), "lost": 0, "twice": 0, "not asked for": 0}
    earned = book(ledger.salon("revenue", store.id)) - before
    assert earned == PRICE_FEN * len(storm.asked)
    assert max(storm.recoveries("one")) < 3
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []
