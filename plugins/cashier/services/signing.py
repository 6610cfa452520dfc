"""Signatures: drawn on a screen or photographed, kept as pictures, each used for one thing."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from flask import request

from console import api
from console.api import _
from plugins.cashier.models import Signature
from plugins.cashier.permissions import SEE_BILLS
from plugins.ledger.api import heir_of

Way = Literal["drawn", "photo"]
KEPT = api.Setting(
    "cashier.signature_kept",
    _("Who agrees by signature signs on the screen, or her slip is photographed"),
    True,
    help=_("Without it staff's word counts that she signed on paper."),
    per_store=True,
)
#: What a picture begins with as a screen sends it.
HEADS = ("data:image/png;base64,", "data:image/jpeg;base64,")


@dataclass(frozen=True)
class Signed:
    """The proof that a member signed: the number of her signature."""

    number: int


def read_picture(text: str) -> bytes:
    """Return the picture that a screen sent as text; refused when it is none."""
    head = next((head for head in HEADS if text.startswith(head)), None)
    if head is None:
        raise api.Refused(_("Let her sign, or take a photo of the slip that she signed."))
    try:
        return base64.b64decode(text[len(head) :], validate=True)
    except binascii.Error as problem:
        raise api.Refused(_("The picture cannot be read.")) from problem


def keep_signature(data: bytes, way: Way, *, member_id: int, store_id: int) -> Signed:
    """Keep the picture of a signature; what it is for is said when it is used.

    Call it outside a unit: the picture is drawn anew.
    """
    name = f"signature-{member_id}"
    file = api.keep_file(data, name, kind="image", needs=SEE_BILLS, store_id=store_id)
    return Signed(_keep(file, way, member_id, store_id))


def signature_of(member_id: int | None, store_id: int) -> Signed | str:
    """Keep the signature that a form brings, drawn or as a photo, and return what proves it.

    "" when there is none.
    """
    drawn, slip = request.form.get("signature", ""), request.files.get("slip")
    if member_id is None or not (drawn or (slip and slip.filename)):
        return ""
    photo = not drawn or request.form.get("signature_way") == "photo"
    data = read_picture(drawn) if drawn else slip.read() if slip else b""
    api.db.session.rollback()
    way: Way = "photo" if photo else "drawn"
    return keep_signature(data, way, member_id=member_id, store_id=store_id)


@api.unit
def _keep(file: api.StoredFile, way: Way, member_id: int, store_id: int) -> int:
    signature = Signature(purpose="", member_id=member_id, store_id=store_id, file_id=file.id)
    signature.way, signature.digest, signature.at = way, file.sha256, api.now()
    signature.by_user = api.actor().user_id
    api.db.session.add(signature)
    api.db.session.flush()
    return signature.id


@api.unit
def use_signature(proof: object, member_id: int | None, purpose: str) -> None:
    """Let a signature stand for *purpose*, such as "bill:12"; it stands for nothing else then."""
    found = None
    if isinstance(proof, Signed):
        wanted = sa.select(Signature).where(Signature.id == proof.number).with_for_update()
        found = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None or member_id is None or found.member_id != heir_of(member_id):
        raise api.Refused(_("Let her sign, or take a photo of the slip that she signed."))
    if found.purpose not in ("", purpose):
        raise api.Conflict(_("This signature was used before. Let her sign again."))
    found.purpose = purpose


def signatures_of(purpose: str) -> list[Signature]:
    """Return what was signed for something, the latest first."""
    wanted = sa.select(Signature).where(Signature.purpose == purpose)
    return list(api.db.session.scalars(wanted.order_by(Signature.id.desc())))


def picture_of(purpose: str) -> bytes | None:
    """Return the latest signature for something as a picture, if it was not forgotten."""
    drawn = next((one for one in signatures_of(purpose) if one.file.size), None)
    return drawn.file.read() if drawn is not None else None


def drop_signatures(member_id: int) -> None:
    """Forget how a member signs, in the running unit; that she signed, and when, stays."""
    for signature in api.db.session.scalars(
        sa.select(Signature).where(Signature.member_id == member_id)
    ):
        api.drop_bytes(signature.file)
