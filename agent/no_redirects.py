"""Opens addresses and follows no redirect: what is sent (a token, a plan, a code) is for the server that was named, and for no other."""

from __future__ import annotations

import urllib.request


class StayHere(urllib.request.HTTPRedirectHandler):
    """Refuses redirects."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Never followed."""


OPENER = urllib.request.build_opener(StayHere)
