"""A file that its owner alone may read, replaced whole: whoever reads it meanwhile finds the old content or the new."""

from __future__ import annotations

import os
from pathlib import Path


def replace_private(file: Path, content: bytes) -> None:
    """Write the content beside the file, then put it in its place; folders that lack are made. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    os.replace(draft, file)
