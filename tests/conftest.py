"""Settings for all tests."""

from hypothesis import settings

# A loaded machine is no error: speed belongs to the benchmarks.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
