"""Phones and accounts elsewhere that are bound to two files of one person: one stays bound."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import Identity, Member, MemberCard, Merge, VisitorSession
from plugins.membership.services.moving import read_plain, write_plain


def is_bound(member_id: int) -> bool:
    """Tell whether a phone or an account elsewhere is bound to a file."""
    known = sa.select(Identity.id).where(Identity.member_id == member_id).limit(1)
    card = api.db.session.get(MemberCard, member_id)
    return card is not None or api.db.session.scalar(known) is not None


def show_binding(member_id: int) -> str:
    """Say since when a file is bound."""
    card = api.db.session.get(MemberCard, member_id)
    known = sa.select(Identity.bound_at).where(Identity.member_id == member_id)
    days = [*([card.bound_at] if card else []), *api.db.session.scalars(known)]
    return api.gettext("bound on %(day)s", day=max(days).date().isoformat())


def choose_binding(merge: Merge, chosen: str) -> None:
    """Let one of two phones stay bound: the other one loses its sign-ins at once."""
    if not (is_bound(merge.kept_id) and is_bound(merge.gone_id)):
        return
    loser = merge.kept_id if chosen == "gone" else merge.gone_id
    api.db.session.execute(
        sa.update(VisitorSession)
        .where(VisitorSession.member_id == loser, VisitorSession.ended_at.is_(None))
        .values(ended_at=api.now())
    )
    lost: dict[str, list[dict[str, Any]]] = {}
    for model in (Identity, MemberCard):
        table: Any = model.__table__
        where = table.c.member_id == loser
        rows = api.db.session.execute(sa.select(table).where(where)).mappings().all()
        lost[table.name] = [{k: write_plain(v) for k, v in row.items()} for row in rows]
        api.db.session.execute(sa.delete(table).where(where))
    merge.before = {**merge.before, "unbound": lost}


def bind_again(merge: Merge) -> None:
    """Bind again what a merge unbound, unless it is bound to somebody by now."""
    for name, rows in merge.before.get("unbound", {}).items():
        table: Any = Member.metadata.tables[name]
        for row in rows:
            values = {key: read_plain(table.c[key], value) for key, value in row.items()}
            same = [table.c[key.name] == values[key.name] for key in table.primary_key]
            if name == Identity.__tablename__:
                whose = [table.c[key] == values[key] for key in ("kind", "subject")]
                same = [sa.or_(sa.and_(*same), sa.and_(*whose))]
            if api.db.session.execute(sa.select(table).where(*same)).first() is None:
                api.db.session.execute(sa.insert(table).values(values))
