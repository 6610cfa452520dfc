"""What the hammer asks of the ledger: requests as plain values, so that they can be sent again."""

from __future__ import annotations

import random
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from console import api
from console.db import db, engine_options
from console.host import Host
from plugins.ledger import api as ledger

MEMBERS = 8
CASH, REVENUE = ledger.salon("cash"), ledger.salon("revenue")


@dataclass(frozen=True)
class Request:
    """One request; *ref* names the sale that is refunded or reversed."""

    key: str
    act: str
    member: int
    amount: int
    gift: int = 0
    ref: str = ""


def draw_request(dice: random.Random, key: str, sales: list[str]) -> Request:
    """Return what a person might want next."""
    act = dice.choices(
        ["top_up", "spend", "sale", "points", "refund", "reverse"], [3, 5, 3, 2, 2, 1]
    )[0]
    if act in ("refund", "reverse") and not sales:
        act = "sale"
    gift = dice.choice([0, 0, 1, 500]) if act == "top_up" else 0
    amount = dice.choice([1, 99, 777, dice.randint(1, 5_000)])
    ref = dice.choice(sales) if act in ("refund", "reverse") else ""
    return Request(key, act, dice.randint(1, MEMBERS), amount, gift, ref)


def perform(request: Request) -> int:
    """Carry a request out and return the number of its journal."""
    entry = ledger.Entry(key=request.key, code=request.act)
    amount = request.amount
    if request.act == "top_up":
        terms = ledger.Terms(price_fen=amount, paid=amount, gift=request.gift)
        tender = ledger.Tender(CASH, amount, ref=request.key)
        return ledger.issue_lots(entry, request.member, [terms], [tender])[0].journal_id
    if request.act == "spend":
        line = ledger.Line(f"{request.key}/1", amount)
        return ledger.spend(entry, request.member, [line]).journal_id
    if request.act == "points":
        return ledger.earn_points(entry, request.member, amount).journal_id
    if request.act == "refund":
        back = [ledger.Move(REVENUE, CASH, amount)]
        return ledger.post(entry, back, refunds=[(request.ref, amount)]).journal_id
    if request.act == "reverse":
        return ledger.reverse(entry, number_of(request.ref)).journal_id
    moves = [ledger.Move(CASH, REVENUE, amount)]
    return ledger.post(entry, moves, payments=[(request.key, amount)]).journal_id


def number_of(key: str) -> int:
    """Return the number of the journal posted under a key, 0 when there is none."""
    query = sa.select(ledger.Journal.id).where(ledger.Journal.idem_key == key)
    return api.db.session.scalar(query) or 0


def moved_by(request: Request, by_key: dict[str, dict[str, int]]) -> dict[str, int]:
    """Return what a request moves, by unit; spendings by face value, whatever their income."""
    if request.act == "top_up":
        return {"CNY": request.amount, "FACE": request.amount + request.gift}
    if request.act == "spend":
        return {"FACE": request.amount}
    if request.act == "points":
        return {"POINTS": request.amount}
    if request.act == "reverse":
        return by_key[request.ref]
    return {"CNY": request.amount}


def bare_app(url: str, threads: int) -> Flask:
    """Return an application with a database and nothing else, up in a moment."""
    app = Flask("hammer")
    app.extensions["console"] = Host(app, lambda _view: None)  # there is no plugin to be asked
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url, threads)
    db.init_app(app)
    return app
