"""What the ledger refuses, and the constraints that say so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _


class Insufficient(api.Refused):
    """More was asked for than the account holds."""

    def __init__(self) -> None:
        super().__init__(_("There is not enough left for this."))


class RefundTooBig(api.Refused):
    """More would go back than was paid."""

    def __init__(self) -> None:
        super().__init__(_("More would be refunded than was paid."))


class AlreadyReversed(api.Refused):
    """A journal can be reversed once."""

    def __init__(self) -> None:
        super().__init__(_("This was reversed before."))


class NotReversible(api.Refused):
    """A reversal or a refund stays; what is right is posted anew."""

    def __init__(self) -> None:
        super().__init__(_("A refund or a reversal cannot be reversed; post what is right anew."))


class AccountClosed(api.Refused):
    """Nothing moves on a closed account, and an account that holds something stays open."""

    def __init__(self) -> None:
        super().__init__(_("This account is closed, or still holds something."))


class FileMerged(api.Refused):
    """The member's file went into another one, which has her accounts now."""

    def __init__(self) -> None:
        super().__init__(_("This file was merged with another one. Load the page again."))


class CouponHeld(api.Refused):
    """The member holds this very coupon already."""

    def __init__(self) -> None:
        super().__init__(_("This coupon was issued before."))


class KeyUsed(api.Conflict):
    """The key of a form was used for something else."""

    def __init__(self) -> None:
        super().__init__(_("This form was sent before with other contents. Load the page again."))


class UsedMeanwhile(api.Conflict):
    """What is left of a lot is no longer what a refund was reckoned from."""

    def __init__(self) -> None:
        super().__init__(_("Something was used meanwhile. Reckon the refund anew."))


class PaymentUsed(api.Conflict):
    """There is a payment of this reference."""

    def __init__(self) -> None:
        super().__init__(_("This payment was posted before."))


BY_CONSTRAINT: dict[str, type[api.Refused]] = {
    "no_overdraft": Insufficient,
    "no_overcredit": Insufficient,
    "refund_cap": RefundTooBig,
    "coupon_once": CouponHeld,
    "closed_is_empty": AccountClosed,
    "reverses_id": AlreadyReversed,
    "ledger_payment_ref": PaymentUsed,
    "ledger_payment.ref": PaymentUsed,
}


def explain(problem: sa.exc.IntegrityError) -> Any:
    """Raise what a violated constraint means to people; an unknown one is a bug and stays."""
    text = str(problem.orig)
    for name, refusal in BY_CONSTRAINT.items():
        if name in text:
            raise refusal from problem
    raise problem
