"""Outlines of areas on a map, as GeoJSON polygons: traced along cells, then simplified as far as the area allows.

Source: Douglas & Peucker, Cartographica 10 (1973) 112 (simplification); RFC 7946, section 3.1.6 (polygons: rings are
closed, outer rings run anticlockwise, holes clockwise).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FINEST_CELLS = 1.5  # first tolerance, in cells; halved until the area is right
AREA_ERROR = 0.008  # relative
HALVINGS = 5
DECIMALS = 4  # of a degree: 11 m

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ring = list[list[float]]
Bounds = tuple[float, float, float, float]


class Outliner:
    """Traces masks and remembers them: variants share most of what they see.

    coarseness  0 keeps areas to 0.8 %; each step above doubles tolerance, error and the smallest part that is kept
    """

    def __init__(self, coarseness: int = 0) -> None:
        self.scale = 2.0**coarseness
        self.smallest_cells = 0 if coarseness == 0 else 4**coarseness
        self.known: dict[bytes, list[list[Ring]]] = {}

    def polygons(self, mask: Bools, bounds: Bounds) -> list[list[Ring]]:
        """Return the polygons of a mask (row, column), row 0 in the south, as longitudes and latitudes in degrees."""
        key = np.packbits(mask).tobytes()
        if key not in self.known:
            self.known[key] = self._traced(mask, bounds)
        return self.known[key]

    def _traced(self, mask: Bools, bounds: Bounds) -> list[list[Ring]]:
        from rasterio.features import shapes

        if not mask.any():
            return []
        found = shapes(mask.astype(np.uint8), mask=mask)  # column and row as coordinates
        traced = [[np.array(ring) for ring in shape["coordinates"]] for shape, _ in found]
        kept = [rings for rings in traced if abs(signed_area(rings[0])) >= self.smallest_cells]
        tolerance = FINEST_CELLS * self.scale
        wanted = sum(_polygon_area(rings) for rings in kept)
        for _ in range(HALVINGS):
            simple = [[simplified(ring, tolerance) for ring in rings] for rings in kept]
            if abs(sum(_polygon_area(rings) for rings in simple) - wanted) <= AREA_ERROR * self.scale * wanted:
                break
            tolerance *= 0.5
        else:
            simple = kept
        west, south, east, north = bounds
        step = np.array([(east - west) / mask.shape[1], (north - south) / mask.shape[0]])
        return [_placed(rings, np.array([west, south]), step) for rings in simple if len(rings[0]) >= 4]


def signed_area(ring: Floats) -> float:
    """Return the area of a closed ring (point, 2), above zero where it runs anticlockwise: the shoelace formula."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))


def _polygon_area(rings: list[Floats]) -> float:
    outer, *holes = (abs(signed_area(ring)) for ring in rings)
    return outer - sum(holes)


def simplified(ring: Floats, tolerance: float) -> Floats:
    """Return a closed ring with the points left out that lie within a tolerance of the rest, at least a triangle."""
    far = int(np.argmax(np.sum((ring - ring[0]) ** 2, axis=1)))
    keep = np.zeros(len(ring), bool)
    keep[[0, far, -1]] = True
    open_parts = [(0, far), (far, len(ring) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        chord = ring[last] - ring[first]
        inner = ring[first + 1 : last] - ring[first]
        length = float(np.hypot(*chord))
        if length > 0.0:
            away = np.abs(inner[:, 0] * chord[1] - inner[:, 1] * chord[0]) / length
        else:
            away = np.hypot(inner[:, 0], inner[:, 1])
        worst = int(np.argmax(away))
        if away[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            open_parts += [(first, middle), (middle, last)]
    # A part thinner than the tolerance would collapse to a line: it keeps its shape.
    return ring[keep] if np.count_nonzero(keep) >= 4 and signed_area(ring[keep]) != 0.0 else ring


def _placed(rings: list[Floats], corner: Floats, step: Floats) -> list[Ring]:
    """Return rings in degrees, the outer one anticlockwise and holes clockwise."""
    placed: list[Any] = []
    for position, ring in enumerate(rings):
        turned = ring if (signed_area(ring) > 0.0) == (position == 0) else ring[::-1]
        placed.append(np.round(corner + turned * step, DECIMALS).tolist())
    return placed
