"""What a batch writes down of one patient: names and values as JSON has them."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
