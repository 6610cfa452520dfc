"""The ways in which somebody becomes a member."""

from __future__ import annotations

from console.api import _

SOURCES = (
    ("manual", _("Added by staff")),
    ("import", _("Import")),
    ("wechat", _("WeChat application")),
    ("booking", _("Booking")),
    ("payment", _("Payment")),
    ("scan", _("QR code")),
    ("activity", _("Activity")),
    ("site", _("Micro-site")),
    ("shop", _("Micro-shop")),
    ("referral", _("Referral")),
    ("channel", _("Channel")),
)
