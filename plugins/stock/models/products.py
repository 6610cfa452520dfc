"""What is sold, used in the salon, or given for points."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.api import Named

PURPOSES = (
    ("retail", _("For sale")),
    ("salon", _("Salon use")),
    ("gift", _("Gift only")),
)


class Product(Named, api.Model):
    """A product; only one that is for sale has a price, and only such a one is sold."""

    __tablename__ = "stock_product"
    scope = api.CHAIN
    found_by = api.FoundBy(names=("name", "names"), codes=("code",))
    __table_args__ = (
        sa.CheckConstraint("purpose IN ('retail', 'salon', 'gift')", name="purpose"),
        sa.CheckConstraint("price_fen >= 0 AND cost_fen >= 0", name="prices"),
        sa.CheckConstraint("purpose <> 'retail' OR price_fen IS NOT NULL", name="priced"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("code"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    purpose: Mapped[str] = api.column(_("Purpose"), choices=PURPOSES, default="retail")
    code: Mapped[str | None] = api.column(
        _("Barcode"), help=_("Scanned at the till. Digits as printed below the bars.")
    )
    price_fen: Mapped[int | None] = api.column(
        _("Price"), help=_("What a guest pays; only for products that are for sale.")
    )
    cost_fen: Mapped[int | None] = api.column(
        _("Purchase price"), help=_("What one piece costs the salon; the stock is valued by it.")
    )
    introduction: Mapped[str] = api.column(_("Introduction"), sa.Text, default="")
    picture_id: Mapped[int | None] = api.column(_("Picture"), sa.ForeignKey("console_file.id"))
    in_use: Mapped[bool] = api.column(_("In use"), default=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)

    picture: Mapped[api.StoredFile | None] = relationship(api.StoredFile)
