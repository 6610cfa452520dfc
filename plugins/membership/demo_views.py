"""The saved views and segments of the demo's member list."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import Member, Tag

FILE = Path(__file__).parent / "demo_data" / "views.toml"
LIST = "membership_members"


@api.unit
def load_views() -> None:
    """Keep seven views of the member list, shared with those who work with it, and two segments."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    roles = {api.preset_role(preset).id: False for preset in told["roles"]}
    for view in told["views"]:
        state = {key: view[key] for key in ("filters", "sort", "columns")}
        number = api.save_view(LIST, view["name"], state, names=view["names"])
        api.share_view(number, roles)
    for segment in told["segments"]:
        kept = {"join": segment["join"], "groups": segment["groups"]}
        _name_tags(kept)
        conditions = api.read_conditions(kept)
        api.save_segment(Member, segment["name"], conditions, names=segment["names"])


def _name_tags(kept: dict[str, Any]) -> None:
    for group in kept["groups"]:
        for condition in group["conditions"]:
            if "tag" in condition:
                wanted = sa.select(Tag.id).where(Tag.name == condition["tag"])
                condition["values"] = [str(api.db.session.scalar(wanted))]
