"""The tables of the bills of visits and of booking deposits."""

from plugins.checkout.models.deposits import HOWS, STATES, Deposit, Rule
from plugins.checkout.models.visits import WAYS, VisitBill

__all__ = ["HOWS", "STATES", "WAYS", "Deposit", "Rule", "VisitBill"]
