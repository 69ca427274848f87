"""The environment: terrain, refraction, attenuation, rain, diffraction and the sea surface.

Without this section radars work in free space over a smooth earth, as closed forms assume.
"""

from typing import Literal

from pydantic import Field

from openiamd.scenario.quantities import Entry, Length, PositiveNumber, Quantity, RainRate

_FOUR_THIRDS = Quantity(4.0 / 3.0, 4.0 / 3.0, 4.0 / 3.0, "")
_AT_THE_PLACE_M = Quantity(0.0, 0.0, 0.0, "m")


class Rain(Entry):
    """Rain of one rate over the whole theatre."""

    rate: RainRate = Field(description="Rain rate, like '10 mm/h'; for no rain leave 'rain' out.")
    height: Length = Field(description="Height up to which it rains: the freezing level, 3 to 5 km in summer.")


class Sea(Entry):
    """Reflection from the sea, which adds to and cancels the direct wave in turn."""

    wave_height: Length = Field(description="Root-mean-square height of the waves; 0 m is a mirror.")
    polarisation: Literal["horizontal", "vertical"] = Field(
        default="horizontal", description="Polarisation of all radars."
    )


class Environment(Entry):
    """What lies between a radar and what it looks at."""

    terrain: str | None = Field(
        default=None,
        description="Elevations: a file (GeoTIFF, DTED, HGT) or folder of tiles, relative to the scenario file, or "
        "'cache' for what `iamd terrain get` fetched. Without it the earth is smooth.",
    )
    siting: Length = Field(
        default=_AT_THE_PLACE_M,
        description="Ground radars stand on the highest ground within this distance of their place; 0 m: at the place.",
    )
    effective_radius_factor: PositiveNumber = Field(
        default=_FOUR_THIRDS, description="Refraction: effective over true earth radius, 4/3 in a standard atmosphere."
    )
    gas: bool = Field(default=False, description="Attenuation by oxygen and water vapour.")
    rain: Rain | None = Field(default=None, description="Attenuation and clutter by rain.")
    diffraction: bool = Field(
        default=False,
        description="true: behind an edge the signal fades as at a knife edge; false: it ends at the line of sight.",
    )
    sea: Sea | None = Field(default=None, description="Lobing over the sea; with terrain, where the ground is at 0 m.")
