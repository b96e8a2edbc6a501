"""Rows and text of small tables, for tests of reading."""

ROWS = [
    {"id": "1", "name": "Bērziņš", "birth_date": "1978-04-09"},
    {"id": "2", "name": 'O"Brien; Jr', "birth_date": None},
]
TEXT = 'id,name,birth_date\n1,Müller,1978-04-09\n2,"Ås, Kari",\n'
LATIN = [
    {"id": "1", "name": "Müller", "birth_date": "1978-04-09"},
    {"id": "2", "name": "Ås, Kari", "birth_date": None},
]


def write(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path
