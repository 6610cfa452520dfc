"""Stock Django admin."""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from peers.databases import database

LOGIN = PASSWORD = "bench"


settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only for measuring",
    ROOT_URLCONF=__name__,
    USE_TZ=False,
    STATIC_URL="/static/",
    DATABASES={"default": database(os.environ["BENCH_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "peers.bench",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
django.setup()

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
app = get_wsgi_application()

if sys.argv[1:] == ["prepare"]:
    call_command("migrate", verbosity=0)
    if not User.objects.filter(username=LOGIN).exists():
        User.objects.create_superuser(LOGIN, "bench@example.com", PASSWORD)
