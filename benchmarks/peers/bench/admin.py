"""The admin pages, as Django makes them."""

from __future__ import annotations

from django.contrib import admin
from peers.bench.models import Level, Member, Store


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):  # type: ignore[misc]
    """The list and the form of members."""

    list_per_page = 50
    list_display = (
        *("number", "name", "phone", "level", "store"),
        *("balance", "points", "joined_at"),
    )
    search_fields = ("name", "phone", "number", "initials")
    list_filter = ("level", "store")


admin.site.register(Level)
admin.site.register(Store)
