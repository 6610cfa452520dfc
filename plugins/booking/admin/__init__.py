"""The pages of booking for staff."""

from __future__ import annotations

from plugins.booking.admin.board import Board
from plugins.booking.admin.desk import Desk
from plugins.booking.admin.roster import Roster
from plugins.booking.admin.visits import VisitAdmin

VIEWS = (Board, VisitAdmin, Desk, Roster)
