"""Small elevation tiles for the tests."""

import numpy as np
import rasterio
from rasterio import Affine


def write_tile(path, south, west, elevation, posts=121, crs="EPSG:4326", driver="GTiff", void=None, last=0):
    """Write a tile of one degree whose posts include its borders (``last`` = 1: without the north and east ones)."""
    spacing = 1.0 / (posts - 1)
    count = posts - last
    north = south + (count - 1) * spacing if last == 0 else south + 1.0
    latitude = north - spacing * np.arange(count)
    longitude = west + spacing * np.arange(count)
    values = elevation(*np.meshgrid(latitude, longitude, indexing="ij"))
    corner = Affine(spacing, 0.0, west - 0.5 * spacing, 0.0, -spacing, north + 0.5 * spacing)
    dtype = "int16" if driver in ("DTED", "SRTMHGT") else "float32"
    profile = {"width": count, "height": count, "count": 1, "dtype": dtype, "crs": crs, "transform": corner}
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", driver=driver, nodata=void, **profile) as dataset:
        dataset.write(values.astype(dtype), 1)
    return path
