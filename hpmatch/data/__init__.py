"""
Tables that a domain expert can read and correct in a spreadsheet.

Each table is a UTF-8 CSV file with a header; each row says where it comes from. Code reads them here and nowhere else.
"""

import csv
from importlib import resources


def read_table(name: str) -> list[dict[str, str]]:
    """
    Read one table of this folder, a dictionary a row.

    Args:
        name: The table's name without its ending.

    Returns:
        The rows in file order; every cell is text, an empty cell is ''.

    Examples:
        >>> read_table("countries")[0]["iso2"]
        'NO'
    """
    table = resources.files(__name__).joinpath(f"{name}.csv")
    return list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines(), strict=True))
