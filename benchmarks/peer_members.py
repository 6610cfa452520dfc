"""Filling the one database that all peers share with the same members."""

from __future__ import annotations

from benchmarks.bulk import bulk, chunks, without_indexes
from benchmarks.people import people, words
from console.pinyin import spell

MEMBER = """
CREATE TABLE bench_member (
    id {key}, number VARCHAR(20) NOT NULL UNIQUE, name VARCHAR(80) NOT NULL,
    initials VARCHAR(20) NOT NULL, phone VARCHAR(20) UNIQUE,
    level_id INTEGER NOT NULL REFERENCES bench_level (id),
    store_id INTEGER NOT NULL REFERENCES bench_store (id),
    balance INTEGER NOT NULL, points INTEGER NOT NULL, joined_at {moment} NOT NULL
)
"""
COLUMNS = (
    "id",
    "number",
    "name",
    "initials",
    "phone",
    "level_id",
    "store_id",
    "balance",
    "points",
    "joined_at",
)
INDEXED = ("name", "initials", "level_id", "store_id", "balance", "points", "joined_at")


def fill(url: str, count: int) -> None:
    """Make the tables, with an index wherever lists are sorted or filtered, and fill them."""
    own = {"key": "INTEGER PRIMARY KEY", "moment": "DATETIME"}
    if not url.startswith("sqlite"):
        own = {"key": "SERIAL PRIMARY KEY", "moment": "TIMESTAMP"}
    with bulk(url) as target:
        for table in ("bench_level", "bench_store"):
            target.run(f"CREATE TABLE {table} (id {own['key']}, name VARCHAR(40) NOT NULL)")
        target.run(MEMBER.format(**own))
        target.run(*(f"CREATE INDEX ix_{c} ON bench_member ({c})" for c in INDEXED))
        target.write("bench_level", ("id", "name"), list(enumerate(words()["levels"], 1)))
        target.write("bench_store", ("id", "name"), list(enumerate(words()["stores"], 1)))
        with without_indexes(target, "bench_member"):
            for some in chunks(people(count)):
                rows = (
                    (
                        *(p.id, p.number, p.name, spell(p.name)[1], p.phone, p.level, p.store),
                        *(p.balance_fen, p.points, p.joined_at),
                    )
                    for p in some
                )
                target.write("bench_member", COLUMNS, rows)
