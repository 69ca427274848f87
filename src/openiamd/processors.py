"""How many processors this process may use."""

import os


def available_processors() -> int:
    """Return the number of processors, those that the system lets this process run on where it says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
