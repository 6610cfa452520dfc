"""What may be allowed with members, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

SEE_MEMBERS = api.Permission(
    "membership.see_members",
    _("See members"),
    ("manager", "front_desk", "technician", "accountant"),
)
ADD_MEMBERS = api.Permission("membership.add_members", _("Add members"), ("manager", "front_desk"))
EDIT_MEMBERS = api.Permission(
    "membership.edit_members", _("Change member files"), ("manager", "front_desk")
)
EXPORT_MEMBERS = api.Permission("membership.export_members", _("Export members"), ("manager",))
IMPORT_MEMBERS = api.Permission(
    "membership.import_members", _("Take members in from spreadsheets"), ("manager",)
)
SEE_JOIN_CODES = api.Permission(
    "membership.see_join_codes", _("See and print QR codes to join by"), ("manager", "front_desk")
)
EDIT_JOIN_CODES = api.Permission(
    "membership.edit_join_codes", _("Change QR codes to join by"), ("manager",)
)
EDIT_TAGS = api.Permission("membership.edit_tags", _("Change tags"), ("manager",))
EDIT_LEVELS = api.Permission(
    "membership.edit_levels", _("Change levels and benefits"), ("manager",)
)
SET_LEVELS = api.Permission("membership.set_levels", _("Give levels by hand"), ("manager",))
HAND_GIFTS = api.Permission(
    "membership.hand_gifts", _("Hand gifts of levels over"), ("manager", "front_desk")
)
FREEZE_MEMBERS = api.Permission(
    "membership.freeze_members", _("Freeze and unfreeze members"), ("manager",)
)
MOVE_MEMBERS = api.Permission(
    "membership.move_members", _("Move members to another home store"), ("manager",)
)
MERGE_MEMBERS = api.Permission("membership.merge_members", _("Merge duplicate files"), ("manager",))
SEE_PRIVACY = api.Permission(
    "membership.see_privacy",
    _("Write down consents and hand out copies of data"),
    ("manager", "front_desk"),
)
ERASE_MEMBERS = api.Permission("membership.erase_members", _("Erase members' data"), ("manager",))
EDIT_CONSENT_TEXTS = api.Permission(
    "membership.edit_consent_texts", _("Change the texts of consents"), ("manager",)
)
SELL_RECHARGES = api.Permission(
    "membership.sell_recharges", _("Sell top-ups"), ("manager", "front_desk")
)
EDIT_OFFERS = api.Permission(
    "membership.edit_offers", _("Change top-up offers and stored-value cards"), ("manager",)
)
EXCEED_CAPS = api.Permission(
    "membership.exceed_caps", _("Sell top-ups above the limit of the rules"), ("manager",)
)
HOLD_VALUE = api.Permission(
    "membership.hold_value",
    _("Freeze stored value, replace lost cards, set PINs"),
    ("manager", "front_desk"),
)
NOTE_IDS = api.Permission("membership.note_ids", _("Note members' IDs"), ("manager", "front_desk"))
SEE_IDS = api.Permission("membership.see_ids", _("See whole ID numbers"))
ADJUST_VALUE = api.Permission(
    "membership.adjust_value", _("Adjust and transfer stored value"), ("manager",)
)
SEE_POINTS = api.Permission(
    "membership.see_points", _("See how points moved"), ("manager", "accountant")
)
ADJUST_POINTS = api.Permission("membership.adjust_points", _("Adjust points"), ("manager",))
SEE_EXPOSURE = api.Permission(
    "membership.see_exposure", _("See what the salon owes its members"), ("accountant",)
)

PERMISSIONS = (
    SEE_MEMBERS,
    ADD_MEMBERS,
    EDIT_MEMBERS,
    EXPORT_MEMBERS,
    IMPORT_MEMBERS,
    SEE_JOIN_CODES,
    EDIT_JOIN_CODES,
    EDIT_TAGS,
    EDIT_LEVELS,
    SET_LEVELS,
    HAND_GIFTS,
    FREEZE_MEMBERS,
    MOVE_MEMBERS,
    MERGE_MEMBERS,
    SEE_PRIVACY,
    ERASE_MEMBERS,
    EDIT_CONSENT_TEXTS,
    SELL_RECHARGES,
    EDIT_OFFERS,
    EXCEED_CAPS,
    HOLD_VALUE,
    NOTE_IDS,
    SEE_IDS,
    ADJUST_VALUE,
    SEE_POINTS,
    ADJUST_POINTS,
    SEE_EXPOSURE,
)
