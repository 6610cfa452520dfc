"""The admin views of cards."""

from plugins.cards.admin.cards import CardAdmin
from plugins.cards.admin.counter import CounterView
from plugins.cards.admin.importing import CardImport
from plugins.cards.admin.intake import IntakeView
from plugins.cards.admin.products import ProductAdmin
from plugins.cards.admin.transfers import TransferAdmin
from plugins.cards.admin.uses import UseAdmin

VIEWS = (CounterView, CardAdmin, UseAdmin, TransferAdmin, ProductAdmin, IntakeView, CardImport)
