"""Ways to copy what other processes are to have."""

import copy
import pickle


def pickled(original):
    """A copy as another process gets it."""
    return pickle.loads(pickle.dumps(original))  # noqa: S301 - it is ours


COPIES = [copy.deepcopy, pickled]
