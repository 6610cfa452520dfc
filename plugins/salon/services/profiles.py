"""The profile of a store: where it is, how it is reached, what it looks like."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.models import Picture, StoreProfile
from plugins.salon.models.stores import PICTURE_KINDS
from plugins.salon.permissions import SEE_STORES


def profile_of(store_id: int) -> StoreProfile | None:
    """Return the profile of a store, or None for one that was never described."""
    found: StoreProfile | None = api.db.session.get(StoreProfile, store_id)
    return found


@api.unit
def put_profile(
    store_id: int,
    *,
    address: str = "",
    phone: str = "",
    point: tuple[float, float] | None = None,
    introduction: str = "",
) -> None:
    """Describe a store; *point* is latitude and longitude."""
    profile = profile_of(store_id)
    if profile is None:
        profile = StoreProfile(store_id=store_id)
        api.db.session.add(profile)
    profile.address, profile.phone = address.strip(), phone.strip()
    profile.latitude, profile.longitude = point or (None, None)
    profile.introduction = introduction.strip()


def pictures_of(store_id: int) -> list[Picture]:
    """Return the pictures and licences of a store in their order."""
    rows = sa.select(Picture).where(Picture.store_id == store_id)
    return list(api.db.session.scalars(rows.order_by(Picture.place, Picture.id)))


def add_picture(store_id: int, data: bytes, name: str, kind: str = "store") -> None:
    """Add a picture, which members may see, or a licence, which only staff see."""
    if kind not in dict(PICTURE_KINDS):
        raise api.Refused(_("This is neither a picture of the store nor a licence."))
    file = api.keep_file(
        data, name, kind="image", public=kind == "store", needs=SEE_STORES, store_id=store_id
    )
    _hang(store_id, file.id, kind)


@api.unit
def _hang(store_id: int, file_id: int, kind: str) -> None:
    place = len(pictures_of(store_id))
    picture = Picture(store_id=store_id, file_id=file_id, kind=kind, place=place)
    api.db.session.add(picture)
    api.db.session.flush()
    api.record_audit("salon.picture_added", picture, store_id=store_id, title=_("Added a picture"))


@api.unit
def drop_picture(store_id: int, number: int) -> None:
    """Take a picture from a store; raises `NotFound` when it is none of hers."""
    picture = api.db.session.get(Picture, number)
    if picture is None or picture.store_id != store_id:
        raise api.NotFound(_("There is no such picture."))
    api.record_audit(
        "salon.picture_dropped", picture, store_id=store_id, title=_("Removed a picture")
    )
    api.db.session.delete(picture)
