"""Names for the array types of the tables, and the handle to the random draws."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Draws(NamedTuple):
    """What every draw of a slice has in common."""

    seed: np.uint64
    first: int  # number of the run in row 0 of the slice
