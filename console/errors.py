"""What may go wrong that is not a bug."""

from __future__ import annotations


class Refused(Exception):
    """A person tried something that the rules do not allow; the message is for her eyes.

    Pages answer with status 422 and keep what she typed.
    """

    status = 422

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Conflict(Refused):
    """Somebody else was first: the record changed, the place is taken, the key was used."""

    status = 409


class NotFound(Refused):
    """There is no such record, or it is out of the person's sight."""

    status = 404
