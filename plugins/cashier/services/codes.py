"""Telling codes apart: one field takes whatever is scanned or typed at the till."""

from __future__ import annotations

import re
import unicodedata

from console import api
from plugins.cashier.desk import Code
from plugins.cashier.hookspecs import cashier_read_code
from plugins.membership.api import find_exactly

LONGEST = 64
MEMBER_CODE = re.compile(r"9[0-9]{19}")
#: How the codes begin that guests show to pay with, and the payment kind that books them.
PAYMENT_CODES = (
    (re.compile(r"1[0-5][0-9]{16}"), "wechat"),
    (re.compile(r"(?:2[5-9]|30)[0-9]{14,22}"), "alipay"),
    (re.compile(r"62[0-9]{17}"), "aggregate"),
)
PIN = re.compile(r"[0-9]{4,6}")
#: What group-buying platforms print on their vouchers.
VOUCHER = re.compile(r"(?=[A-Z0-9]*[0-9])[A-Z0-9]{8,20}", re.IGNORECASE)


def what_is(text: str, *, pin_wanted: bool = False) -> Code:
    """Tell what was scanned or typed: whose code it is, how it pays, or words to look for.

    With *pin_wanted* four to six digits are the PIN that a member was asked for.
    """
    plain = unicodedata.normalize("NFKC", text).strip()[:LONGEST]
    packed = re.sub(r"[\s-]", "", plain)
    if not packed:
        return Code("nothing", "")
    if MEMBER_CODE.fullmatch(packed):
        return Code("member_code", packed)
    for pattern, kind in PAYMENT_CODES:
        if pattern.fullmatch(packed):
            return Code("payment_code", packed, kind)
    if pin_wanted and PIN.fullmatch(packed):
        return Code("pin", packed)
    known = api.first_answer(cashier_read_code, text=packed)
    if known is not None:
        return known
    members = tuple(member.id for member in find_exactly(plain)) if len(packed) > 4 else ()
    if members:
        return Code("member", plain, member_ids=members)
    if VOUCHER.fullmatch(packed) and not _is_phone(plain):
        return Code("voucher", packed)
    return Code("words", plain)


def _is_phone(text: str) -> bool:
    try:
        api.normalise_phone(text)
    except api.Refused:
        return False
    return True
