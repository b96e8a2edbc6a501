"""What cells with several values have in common, whatever their stage."""

import pyarrow as pa

SEVERAL = ";"  # between the values as they are typed
WORDS = pa.list_(pa.string())  # the values as they are kept
