"""What a long-running server does about its memory, once, before it listens.

Many threads make the C library keep many heaps, each of which holds on to what one request needed for a moment; and large bodies, once
freed, make it keep ever larger pieces. Few heaps, and large pieces given back at once, hold the process at its working set.
"""

from __future__ import annotations

import ctypes
import gc

_TRIM, _LARGE, _HEAPS = -1, -3, -8
"""Numbers of `mallopt` (glibc, malloc.h): M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX."""
_SETTINGS = ((_HEAPS, 2), (_LARGE, 128 * 1024), (_TRIM, 128 * 1024))


def settle() -> None:
    """Bound the heaps, and take what is loaded by now for what stays: no collection looks at the knowledge again."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # another C library has none, and other habits
        for name, value in _SETTINGS:
            mallopt(name, value)
    gc.collect()
    gc.freeze()
