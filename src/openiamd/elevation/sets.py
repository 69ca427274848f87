"""Public elevation sets that `iamd terrain get` knows: addresses, names of tiles, licences."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from openiamd.errors import UsageError

if TYPE_CHECKING:
    from openiamd.elevation.cells import Cell

ADDRESS_VARIABLE = "OPENIAMD_TERRAIN_URL"
TILE_LIST = "tileList.txt"

_COPERNICUS_LICENCE = """\
Copernicus DEM, {name}

(c) DLR e.V. 2010-2014 and (c) Airbus Defence and Space GmbH 2014-2018 provided under COPERNICUS by the European Union
and ESA; all rights reserved.

Free of charge for any use under the "Licence for the use of the Copernicus WorldDEM-30" of the Copernicus DEM, GLO-30
and GLO-90 instances; whoever passes the data on, or publishes what was made from them, gives the notice above. Where
the data were changed, the notice reads: produced using Copernicus WorldDEM-{spacing} (c) DLR e.V. 2010-2014 and (c)
Airbus Defence and Space GmbH 2014-2018 provided under COPERNICUS by the European Union and ESA; all rights reserved.
The organisations in charge of the Copernicus programme by law or by delegation do not incur any liability for any use
of the Copernicus WorldDEM-{spacing}.

Text of the licence: https://spacedata.copernicus.eu/collections/copernicus-digital-elevation-model
Fetched from: {address}
"""


class ElevationSet(NamedTuple):
    """One public set of tiles of one degree."""

    key: str  # as the user names it
    name: str
    address: str
    stem: str  # before the place in a tile's name
    spacing_m: int
    tile_mb: float  # rough size of a tile

    def tile_name(self, cell: Cell) -> str:
        """Return the name of a tile without its suffix: ``Copernicus_DSM_COG_30_N39_00_E032_00_DEM``."""
        south, west = cell
        latitude = f"{'S' if south < 0 else 'N'}{abs(south):02d}_00"
        longitude = f"{'W' if west < 0 else 'E'}{abs(west):03d}_00"
        return f"{self.stem}_{latitude}_{longitude}_DEM"

    def licence(self) -> str:
        """Return the text of LICENCE.txt: licence, attribution and where the tiles come from."""
        return _COPERNICUS_LICENCE.format(name=self.name, spacing=self.spacing_m, address=self.address)


SETS = {
    one.key: one
    for one in (
        ElevationSet(
            "copernicus-90", "Copernicus DEM GLO-90", "https://copernicus-dem-90m.s3.amazonaws.com",
            "Copernicus_DSM_COG_30", 90, 4.0,
        ),
        ElevationSet(
            "copernicus-30", "Copernicus DEM GLO-30", "https://copernicus-dem-30m.s3.amazonaws.com",
            "Copernicus_DSM_COG_10", 30, 35.0,
        ),
    )
}  # fmt: skip


def elevation_set(key: str) -> ElevationSet:
    """Return a set by name; ``OPENIAMD_TERRAIN_URL`` replaces its address, for a mirror.

    Raises:
        UsageError: an unknown name.
    """
    if key not in SETS:
        raise UsageError(f"unknown elevation set '{key}'", hint=f"sets: {', '.join(SETS)}")
    found = SETS[key]
    return found._replace(address=os.environ.get(ADDRESS_VARIABLE, found.address).rstrip("/"))
