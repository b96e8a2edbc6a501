"""
Random numbers that do not depend on the machine, on chunks or on the order of work.

Every purpose, and every block or alert within it, has a generator of its own, derived from the one seed.
"""

import numpy as np

PURPOSES = (
    "places",
    "register",
    "subjects",
    "kin",
    "scenario",
    "alert",
    "report",
    "cover",
    "identifier",
    "details",
    "lives",
)


def stream(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """
    The generator of one purpose; `number` counts blocks or alerts within it.

    Example:
        >>> float(stream(1, "alert", 7).random()) == float(stream(1, "alert", 7).random())
        True
    """
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence([seed, PURPOSES.index(purpose), number]))
    )
