"""What other plugins may use of membership: members, how they join, and how to find them."""

from __future__ import annotations

from plugins.membership.models import SOURCES, Alias, KnownStore, Member, Tag
from plugins.membership.services.birthdays import (
    Birthday,
    check_birthday,
    next_birthday,
    show_birthday,
)
from plugins.membership.services.filing import (
    birthday_of,
    change_phone,
    put_birthday,
    receive_member,
)
from plugins.membership.services.finding import (
    find_by_number,
    find_by_phone,
    find_exactly,
    phones_taken,
)
from plugins.membership.services.joining import (
    NewMember,
    PhoneTaken,
    Touch,
    add_member,
    add_members,
    touch_member,
)
from plugins.membership.services.phones import normalise_phone
from plugins.membership.services.tagging import find_or_add_tags, tag_member, untag_member
from plugins.membership.services.timeline import note_history

__all__ = [
    "SOURCES",
    "Alias",
    "Birthday",
    "KnownStore",
    "Member",
    "NewMember",
    "PhoneTaken",
    "Tag",
    "Touch",
    "add_member",
    "add_members",
    "birthday_of",
    "change_phone",
    "check_birthday",
    "find_by_number",
    "find_by_phone",
    "find_exactly",
    "find_or_add_tags",
    "next_birthday",
    "normalise_phone",
    "note_history",
    "phones_taken",
    "put_birthday",
    "receive_member",
    "show_birthday",
    "tag_member",
    "touch_member",
    "untag_member",
]
