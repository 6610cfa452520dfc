"""The addresses of the till's pages on members' phones."""

from __future__ import annotations

from console import api

routes = api.PublicRoutes("cashier", __name__)
