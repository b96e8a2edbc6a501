"""Whether a register may be a part of one: who is not in an export that was cut off is answered "no match"."""

from __future__ import annotations

from typing import Final

from hpmatch.errors import SourceError

# From one night to the next a register loses a fraction of a percent, and in a year some percent; a file that was cut off, or
# holds one region of several, lacks more than a tenth. Closer by, a clearing-out would be refused as often as a fault is found.
MOST_LOST: Final = 0.1
MOST_LOST_OF_FEW: Final = 10  # a tenth of a table of a few persons is one or two, who may well leave


def refuse_smaller(before: int, now: int, when: str, set_aside: int = 0) -> None:
    """
    Refuse a register that has much fewer records than before.

    Records alone count, and no row that could not be used: who was set aside is found no more than who is not there.

    Args:
        before: How many records it had.
        now: How many it has.
        when: When it had more.
        set_aside: How many rows of it cannot be used now.

    Raises:
        SourceError: If it lost more than a tenth of them, and more than ten.

    Example:
        >>> refuse_smaller(1_000, 900, "in the run before")
        >>> refuse_smaller(1_000, 899, "in the run before")
        Traceback (most recent call last):
        hpmatch.errors.SourceError: register: it has 899 records, and had 1,000 in the run before; ...
    """
    if before - now <= max(before * MOST_LOST, MOST_LOST_OF_FEW):
        return
    aside = f" ({set_aside:,} rows of it cannot be used and are set aside)" if set_aside else ""
    raise SourceError(
        f"register: it has {now:,} records{aside}, and had {before:,} {when}; so many do not leave at once, and whoever is "
        f"missing would be answered 'no match'. Nothing was answered or kept: give the whole register, or, if it is meant to "
        f"be smaller, say so: --smaller-register (smaller_register=True)"
    )
