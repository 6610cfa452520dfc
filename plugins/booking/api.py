"""What other plugins may use of booking: free times, visits, and what is done with them."""

from __future__ import annotations

from plugins.booking.hookspecs import (
    booking_check_visit,
    booking_visit_booked,
    booking_visit_marks,
    booking_visit_moved,
    booking_visit_rated,
    booking_visit_status_changed,
)
from plugins.booking.hookspecs_waiting import (
    booking_class_cancelled,
    booking_class_planned,
    booking_time_offered,
    booking_wait_ended,
    booking_wait_joined,
)
from plugins.booking.models import GroupClass, Item, Visit, Wait
from plugins.booking.paying import (
    Asked,
    Note,
    Terms,
    booking_lead_guest,
    booking_phone_notes,
    booking_terms,
    booking_visit_sending,
    booking_visit_turning,
)
from plugins.booking.services.acts import lock_visit
from plugins.booking.services.booking import book, change_visit, wishes_of
from plugins.booking.services.claiming import Taken
from plugins.booking.services.classes import (
    ClassDraft,
    Full,
    cancel_class,
    class_of,
    place_of,
    places_left,
    plan_classes,
    take_place,
)
from plugins.booking.services.extending import extend_visit
from plugins.booking.services.paying import extensions_of, free_until, kept_page
from plugins.booking.services.planning import Wish
from plugins.booking.services.proposing import answer_proposal, open_proposal, propose_time
from plugins.booking.services.rating import rate_visit, scores_of
from plugins.booking.services.reading import free_times
from plugins.booking.services.sending import submit
from plugins.booking.services.showing import LABELS, services_of, span_of, staff_of, with_items
from plugins.booking.services.turn_proposal import give_turn, next_in_turn
from plugins.booking.services.turning import turn_visit
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.booking.services.waiting_offers import serve_waiting, take_offer

__all__ = [
    "LABELS",
    "Asked",
    "ClassDraft",
    "Full",
    "GroupClass",
    "Item",
    "Note",
    "Taken",
    "Terms",
    "Visit",
    "Wait",
    "WaitDraft",
    "Wish",
    "answer_proposal",
    "book",
    "booking_check_visit",
    "booking_class_cancelled",
    "booking_class_planned",
    "booking_lead_guest",
    "booking_phone_notes",
    "booking_terms",
    "booking_time_offered",
    "booking_visit_booked",
    "booking_visit_marks",
    "booking_visit_moved",
    "booking_visit_rated",
    "booking_visit_sending",
    "booking_visit_status_changed",
    "booking_visit_turning",
    "booking_wait_ended",
    "booking_wait_joined",
    "cancel_class",
    "change_visit",
    "class_of",
    "extend_visit",
    "extensions_of",
    "free_times",
    "free_until",
    "give_turn",
    "join_waiting",
    "kept_page",
    "lock_visit",
    "next_in_turn",
    "open_proposal",
    "place_of",
    "places_left",
    "plan_classes",
    "propose_time",
    "rate_visit",
    "scores_of",
    "serve_waiting",
    "services_of",
    "span_of",
    "staff_of",
    "submit",
    "take_offer",
    "take_place",
    "turn_visit",
    "wishes_of",
    "with_items",
]
