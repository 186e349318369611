"""The web pages: worklist and plan page, with signing item by item."""
