"""The pages of the bills of visits and of booking deposits."""

from plugins.checkout.admin.deposits import DepositAdmin, RuleAdmin
from plugins.checkout.admin.visits import VisitBills

VIEWS = (VisitBills, DepositAdmin, RuleAdmin)
