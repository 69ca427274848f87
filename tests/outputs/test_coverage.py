"""Maps and cuts are drawn from a stored coverage folder alone."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from openiamd.errors import ResultsError
from openiamd.outputs.coverage import draw_coverage, draw_cuts, draw_map, heading
from openiamd.results.coverage import LEVELS, Chart, Cut, open_coverage, write_coverage

ALTITUDES_M = (100.0, 1_000.0)
KEY = {"role": "search", "target": "nato/f-35a"}


def write(folder, surface="smooth earth: no terrain"):
    """Write a coverage folder by hand: two variants alike, one node and the network, discs that grow with height."""
    rows, columns = np.indices((60, 80))
    distance = np.hypot(rows - 30, columns - 40)
    levels = np.array([(distance < 8) * 1 + (distance < 6) + (distance < 4), (distance < 20) * 1 + (distance < 9)])
    bounds = (30.0, 38.0, 34.0, 41.0)
    charts, cuts, tables = [], [], {"coverage": [], "curves": [], "assets": []}
    ranges_m, heights_m = np.linspace(1e3, 1e5, 50), np.linspace(50.0, 2e4, 30)
    for variant in ("one", "two"):
        for node in ("post", "network"):
            charts.append(
                Chart(variant, node, KEY["role"], KEY["target"], "any", ALTITUDES_M, levels.astype(np.uint8), bounds)
            )
            cut = (ranges_m[None, :] < heights_m[:, None] * 10).astype(np.uint8) * 2
            cuts.append(Cut(variant, node, KEY["role"], KEY["target"], 180.0, heights_m, ranges_m, 0.0 * ranges_m, cut))
            for band in LEVELS:
                for altitude_m in ALTITUDES_M:
                    row = {"variant": variant, "node": node, **KEY, "altitude_m": altitude_m, "band": band}
                    first = {f"first_detection_{word}_m": 5e4 for word in ("min", "median", "max")}
                    tables["coverage"].append({**row, "heading": "any", "area_km2": 100.0, **first})
                    tables["curves"].append({**row, **first})
    place = {"type": "", "node": "", "latitude_deg": 39.5, "longitude_deg": 32.0}
    manifest = {
        "scenario": {"name": "made-up", "title": "", "sha256": ""},
        "variants": ["one", "two"], "alike": {"one": "one", "two": "one"},
        "targets": [{"name": KEY["target"], "rcs_m2": {"low": 1e-4, "nominal": 5e-3, "high": 0.1}}],
        "altitudes_m": list(ALTITUDES_M), "altitudes_above": "ground", "single_look_pd": 0.5, "surface": surface,
        "air": "gas",
        "theatre": {"latitude_deg": 39.5, "longitude_deg": 32.0, "radius_m": 150e3},
        "places": {name: [{"kind": kind, "id": kind, **place} for kind in ("radar", "node", "asset")]
                   for name in ("one", "two")},
    }  # fmt: skip
    return write_coverage(folder, manifest, tables, charts, cuts)


def test_every_variant_has_a_map_and_a_cut(tmp_path):
    write(tmp_path / "out")
    seen = []
    paths = draw_coverage(tmp_path / "out", lambda *progress: seen.append(progress))
    assert [path.relative_to(tmp_path / "out").as_posix() for path in paths] == [
        f"{folder}/{variant}-nato-f-35a.png" for variant in ("one", "two") for folder in ("maps", "cuts")
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert seen[-1][:2] == (4, 4)


def texts(figure):
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_figures_say_what_they_rest_on(tmp_path):
    coverage = write(tmp_path / "out", "terrain: tiles")
    assert heading(coverage, "one", KEY["target"]) == (
        "made-up, variants one, two alike: single-look Pd ≥ 0.5 against nato/f-35a (0.0001 – 0.1 m²)\n"
        "terrain: tiles; gas; low and high are corner cases, no interval"
    )
    for draw in (draw_map, draw_cuts):
        said = texts(draw(coverage, "one", KEY["target"]))
        assert "terrain: tiles" in said
        assert "corner cases" in said
        assert "post" in said


def test_colour_is_never_the_only_sign(tmp_path):
    figure = draw_map(write(tmp_path / "out"), "one", KEY["target"])
    styles = {str(one.get_linestyle()[0]) for one in figure.axes[0].collections if len(one.get_paths()) and
              type(one).__name__ == "QuadContourSet"}  # fmt: skip
    assert len(styles) == len(LEVELS)


def test_a_folder_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="not a coverage folder"):
        draw_coverage(tmp_path)
    (tmp_path / "manifest.json").write_text('{"schema": "openiamd-results/1"}')
    with pytest.raises(ResultsError, match="openiamd-results/1"):
        open_coverage(tmp_path)


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(KeyError):
        write_coverage(tmp_path / "out", {"surface": ""}, {"coverage": []}, [], [])
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled_in_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(Path())
    assert (tmp_path / "manifest.json").is_file()
    assert not list(tmp_path.parent.glob("*.draft"))
    assert open_coverage(tmp_path).rows("coverage")
