"""Facts that tests hold the tables against, as lists that a person can read."""

from pathlib import Path

CASES = Path(__file__).parent / "standardise" / "cases"


def case_lines(name):
    """Give the lines of a list of facts without its comments."""
    lines = (CASES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
