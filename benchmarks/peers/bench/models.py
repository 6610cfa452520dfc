"""The tables, which are there already."""

from __future__ import annotations

from django.db import models


class Level(models.Model):  # type: ignore[misc]
    """A level."""

    name = models.CharField(max_length=40)

    class Meta:
        db_table, managed = "bench_level", False

    def __str__(self) -> str:
        return str(self.name)


class Store(models.Model):  # type: ignore[misc]
    """A store."""

    name = models.CharField(max_length=40)

    class Meta:
        db_table, managed = "bench_store", False

    def __str__(self) -> str:
        return str(self.name)


class Member(models.Model):  # type: ignore[misc]
    """A member."""

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    initials = models.CharField(max_length=20)
    phone = models.CharField(max_length=20, unique=True, null=True)
    level = models.ForeignKey(Level, models.PROTECT)
    store = models.ForeignKey(Store, models.PROTECT)
    balance = models.IntegerField()
    points = models.IntegerField()
    joined_at = models.DateTimeField()

    class Meta:
        db_table, managed = "bench_member", False

    def __str__(self) -> str:
        return str(self.name)
