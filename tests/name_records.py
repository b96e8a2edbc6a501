"""Records of name fields, for tests of what is compared between them."""

import pyarrow as pa

from hpmatch.records import Column, Records
from hpmatch.schema import NAME_ROLES
from hpmatch.standardise import stages


def name_records(*rows):
    """Records from dicts of name fields."""
    columns = {
        field: Column.encode(
            stages.PersonName(field).standardise([row.get(field, "") for row in rows]), pa.list_(pa.string())
        )
        for field in NAME_ROLES
    }
    return Records(pa.array([str(i) for i in range(len(rows))]), columns)


def name_fields(text):
    """'Given Names / Middle / Family' as fields."""
    given, middle, family = (part.strip() for part in text.split("/"))
    return {"given_name": given, "middle_name": middle, "family_name": family}


def field_values(records):
    """What a record holds, as a single pair is given it."""
    values = {name: column.to_pylist()[0] for name, column in records.columns.items()}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if value
    }
