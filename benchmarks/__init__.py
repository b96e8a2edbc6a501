"""
The benchmark: precision and recall on generated data with a known truth, side by side with other libraries.

    data.py       data with a known truth, and what the alerts are sliced by
    engines/      who answers: hpmatch, its peers, and two floors; each run is a process of its own
    measure.py    runs and evaluates every engine on the same data with the same measures
    floors.py     what CI holds the figures against
    febrl.py      public data
    charts.py, page.py, show.py    what a reader sees
    gallery.py    the pictures of docs/charts.md
    persons.py    what grouping and re-screening bring
    decisions.py  whether probabilities, thresholds and estimates of recall hold
    speed.py      how long it takes, and how that grows

Run ``python -m benchmarks --help``, and likewise ``benchmarks.persons``, ``benchmarks.decisions`` and ``benchmarks.speed``.
"""
