"""django-appointment as it is shipped: fills a database and prints what its acts cost, as JSON.

It knows no "anybody", so its slots are asked for each of the staff, as its own page does.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import time
from statistics import median
from typing import Any

import django
from django.conf import settings
from peers.databases import database

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only for measuring",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="Asia/Shanghai",
    STATIC_URL="/static/",
    DATABASES={"default": database(os.environ["BENCH_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    LOGGING_CONFIG=None,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "appointment",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
logging.disable(logging.CRITICAL)
django.setup()

from appointment.models import Config, Service, StaffMember, WorkingHours
from appointment.services import get_available_slots_for_staff
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

urlpatterns = [path("", include("appointment.urls"))]
HOURS = range(10, 20)


def prepare(staff: int) -> None:
    """Make the tables, one service of an hour and its staff, who work every day from 10 to 20."""
    call_command("migrate", "auth", verbosity=0)  # the tables that its own refer to
    call_command("migrate", run_syncdb=True, verbosity=0)  # its wheel has no migrations
    Config.objects.create(
        slot_duration=60, lead_time=dt.time(10), finish_time=dt.time(20), appointment_buffer_time=0
    )
    service = Service.objects.create(name="Facial", duration=dt.timedelta(hours=1), price=198)
    for number in range(staff):
        user = User.objects.create_user(f"staff{number}", f"s{number}@example.com")
        member = StaffMember.objects.create(
            user=user, work_on_saturday=True, work_on_sunday=True, slot_duration=60
        )
        member.services_offered.add(service)
        for weekday in range(7):
            WorkingHours.objects.create(
                staff_member=member,
                day_of_week=weekday,
                start_time=dt.time(10),
                end_time=dt.time(20),
            )
    User.objects.create_user("guest", "guest@example.com", first_name="Guest")


def ask(day: dt.date) -> int:
    """Ask for the free slots of all on a day, and return how many there are."""
    service = Service.objects.get()
    weekday = day.isoweekday() % 7
    return sum(
        len(get_available_slots_for_staff(day, member, weekday, service))
        for member in StaffMember.objects.all()
    )


def book(client: Client, day: dt.date, hour: int, staff_id: int) -> None:
    """Book over the two forms of its pages; raises unless it was booked."""
    fields = {
        "date": day.isoformat(),
        "start_time": f"{hour}:00",
        "end_time": f"{hour + 1}:00",
        "service": Service.objects.values_list("id", flat=True).get(),
        "staff_member": staff_id,
    }
    first = client.post("/request-submit/", fields)
    person = {"name": "Guest", "email": "guest@example.com", "address": "Street 1"}
    phone = {"phone_0": "CN", "phone_1": "13800138000", "payment_type": "full"}
    second = client.post(first["Location"], {**person, **phone})
    if second.status_code != 302:
        raise RuntimeError(f"not booked: {second.status_code}")


def main() -> None:
    """Measure for so many staff, so many turns."""
    staff, turns = int(sys.argv[1]), int(sys.argv[2])
    prepare(staff)
    day = dt.date.today() + dt.timedelta(days=2)
    asked = []
    for _turn in range(max(2, turns // 20)):
        begun = time.process_time()
        free = ask(day)
        asked.append((time.process_time() - begun) * 1000)
    if free != staff * len(HOURS):
        raise RuntimeError(f"{free} slots are free")
    with CaptureQueriesContext(connection) as queries:
        ask(day)
    asked_for = len(queries)
    client = Client()
    client.force_login(User.objects.get(username="guest"))
    ids = list(StaffMember.objects.values_list("id", flat=True))
    taken: list[float] = []
    for turn in range(turns):
        hour, person = HOURS[turn % len(HOURS)], ids[turn // len(HOURS) % len(ids)]
        begun = time.process_time()
        book(client, day, hour, person)
        taken.append((time.process_time() - begun) * 1000)
    told: dict[str, Any] = {
        "day_ms": min(asked),
        "day_queries": asked_for,
        "book_ms": min(taken),
        "book_median_ms": median(taken),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
