"""The pages of booking for staff."""

from __future__ import annotations

from plugins.booking.admin.board import Board
from plugins.booking.admin.desk import Desk
from plugins.booking.admin.feeds import FeedAdmin
from plugins.booking.admin.own_day import OwnDay
from plugins.booking.admin.ratings import RatingAdmin
from plugins.booking.admin.review import Review
from plugins.booking.admin.roster import Roster
from plugins.booking.admin.roster_import import RosterImport
from plugins.booking.admin.roster_leave import LeaveDesk
from plugins.booking.admin.roster_mine import MyShifts
from plugins.booking.admin.roster_templates import TemplateAdmin
from plugins.booking.admin.sheets import Sheets
from plugins.booking.admin.visits import VisitAdmin
from plugins.booking.admin.works import Works

VIEWS = (
    Board,
    Review,
    VisitAdmin,
    Desk,
    Roster,
    OwnDay,
    RatingAdmin,
    FeedAdmin,
    Works,
    LeaveDesk,
    MyShifts,
    TemplateAdmin,
    RosterImport,
    Sheets,
)
