"""Fetching elevations from a server on this machine: complete, resumed, broken off, damaged, absent."""

import gc
import json
import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from openiamd import cli
from openiamd.catalogue.resolved import Point, Waypoint
from openiamd.elevation.cells import Cell, needed_cells
from openiamd.elevation.fetch import fetch, plan
from openiamd.elevation.read import file_digest, open_elevation
from openiamd.elevation.sets import SETS, elevation_set
from openiamd.elevation.sites import ground_at
from openiamd.errors import TerrainError, UsageError
from tiles import write_tile

LAND = [Cell(39, 32), Cell(39, 33)]
BROKEN_OFF, DEAD = "broken off", "dead"


def name_of(cell):
    return SETS["copernicus-90"].tile_name(cell)


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve two tiles and their list like the public set; ``answers`` may be changed by a test."""
    answers, asked = {}, []
    for cell in LAND:
        path = write_tile(tmp_path / "origin" / f"{cell.name}.tif", *cell, lambda lat, lon: 10.0 * lat + lon, last=1)
        answers[f"/{name_of(cell)}/{name_of(cell)}.tif"] = path.read_bytes()
    answers["/tileList.txt"] = "".join(f"{name_of(cell)}\r\n" for cell in LAND).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = answers.get(self.path)
            if content is None:
                self.send_error(404)
                return
            whole = content if isinstance(content, bytes) else b"x" * 1_000
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole if isinstance(content, bytes) else whole[:100])

        def log_message(self, format, *arguments):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    monkeypatch.setenv("OPENIAMD_TERRAIN_URL", f"http://127.0.0.1:{running.server_port}/")
    monkeypatch.setenv("OPENIAMD_CACHE", str(tmp_path / "cache"))
    yield SimpleNamespace(answers=answers, asked=asked, cache=tmp_path / "cache" / "terrain")
    running.shutdown()
    thread.join()
    running.server_close()


def place(latitude, longitude):
    return Point(math.radians(latitude), math.radians(longitude))


def scenario(*route) -> Any:
    """Return what fetching reads of a scenario: no radar, one route."""
    waypoints = tuple(Waypoint(place(*one), 100.0) for one in route)
    return SimpleNamespace(sensors=(), objects=(SimpleNamespace(route=waypoints, ballistic=False, loop=False),))


ACROSS = scenario((39.5, 32.5), (39.5, 34.5))  # two cells of land, one of sea


def tile_address(cell):
    return f"/{name_of(cell)}/{name_of(cell)}.tif"


def get(server, progress=lambda *_: None):
    return fetch(plan([ACROSS], elevation_set("copernicus-90"), server.cache), progress)


def test_names_are_those_of_the_public_set():
    assert name_of(Cell(39, 32)) == "Copernicus_DSM_COG_30_N39_00_E032_00_DEM"
    assert SETS["copernicus-30"].tile_name(Cell(-1, -71)) == "Copernicus_DSM_COG_10_S01_00_W071_00_DEM"
    with pytest.raises(UsageError, match="unknown elevation set 'srtm'"):
        elevation_set("srtm")


def test_a_route_needs_the_cells_it_crosses():
    assert needed_cells([ACROSS]) == [Cell(39, 32), Cell(39, 33), Cell(39, 34)]
    slanting = scenario((39.5, 32.5), (41.5, 33.5))
    assert needed_cells([slanting, ACROSS]) == sorted(
        {*needed_cells([ACROSS]), *needed_cells([slanting]), Cell(40, 32), Cell(41, 33)}
    )
    ballistic = scenario((39.5, 32.5), (39.5, 36.5))
    ballistic.objects[0].ballistic = True
    assert needed_cells([ballistic]) == [Cell(39, 32), Cell(39, 36)]
    loop = scenario((39.5, 32.5), (41.5, 32.5), (41.5, 34.5))
    before = needed_cells([loop])
    loop.objects[0].loop = True
    assert set(needed_cells([loop])) > set(before)


def test_what_is_fetched_can_be_opened_and_says_where_it_comes_from(server):
    said = []
    needed = plan([ACROSS], elevation_set("copernicus-90"), server.cache)
    assert (needed.wanted, needed.sea) == (LAND, [Cell(39, 34)])
    assert "3 cells of one degree needed, 0 at hand, 1 sea; to fetch: 2 tiles, roughly 8 MB" in needed.sentence()
    folder = fetch(needed, lambda *words: said.append(words))
    assert said == [(0, 2, "fetching n39e032"), (1, 2, "fetching n39e033"), (2, 2, "fetching")]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["set"] == "copernicus-90"
    assert manifest["address"].startswith("http://127.0.0.1:")
    assert manifest["sea"] == [[39, 34]]
    assert manifest["tiles"][f"{name_of(LAND[0])}.tif"]["sha256"] == file_digest(folder / f"{name_of(LAND[0])}.tif")
    assert "provided under COPERNICUS by the European Union" in (folder / "LICENCE.txt").read_text()
    elevation = open_elevation(server.cache)
    assert elevation.name == "Copernicus DEM GLO-90"
    assert "COPERNICUS" in (elevation.licence or "")
    assert ground_at(elevation, math.radians(39.5), math.radians(32.5)) == pytest.approx(427.5, abs=0.1)
    assert ground_at(elevation, math.radians(39.5), math.radians(34.5)) == 0.0
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".tif", ".tif", ".txt", ".txt"]


def test_finished_tiles_are_not_fetched_again(server):
    get(server)
    server.asked.clear()
    get(server)
    assert server.asked == []


# Pooch leaves a socket that broke off to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "the server answered 404 for http"),
        (BROKEN_OFF, "cannot be fetched: the connection broke off"),
        (b"II*\0" + b"x" * 5_000, "the tile fetched for n39e033 is damaged"),
        ("other place", "the tile fetched for n39e033 is damaged or not what it should be: it lies at 39.01, 32.00"),
        ("cut", "the tile fetched for n39e033 is damaged"),
    ],
)
def test_a_bad_answer_is_one_sentence_and_the_rest_stays(server, answer, sentence):
    good = server.answers[tile_address(LAND[1])]
    bad = {"other place": server.answers[tile_address(LAND[0])], "cut": good[: len(good) // 2]}
    server.answers[tile_address(LAND[1])] = bad.get(answer, answer) if isinstance(answer, str) else answer
    with pytest.raises(TerrainError) as raised:
        get(server)
    assert sentence in str(raised.value)
    assert raised.value.hint
    folder = server.cache / "copernicus-90"
    assert [path.stem for path in folder.glob("*.tif")] == [name_of(LAND[0])]
    assert list(json.loads((folder / "manifest.json").read_text())["tiles"]) == [f"{name_of(LAND[0])}.tif"]
    server.answers[tile_address(LAND[1])] = good
    server.asked.clear()
    get(server)
    assert server.asked == [tile_address(LAND[1])]
    assert len(list(folder.glob("*.tif"))) == 2
    gc.collect()


def test_an_interruption_keeps_what_is_finished(server):
    def progress(done, total, text):
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(server, progress)
    folder = server.cache / "copernicus-90"
    assert len(json.loads((folder / "manifest.json").read_text())["tiles"]) == 1
    # What a killed program leaves behind never counts as a tile.
    (folder / f"{name_of(LAND[1])}.part").write_bytes(b"half")
    get(server)
    assert not list(folder.glob("*.part"))
    assert len(open_elevation(folder).tiles) == 2


def test_a_login_page_is_no_list_of_tiles(server):
    server.answers["/tileList.txt"] = b"<html>please log in</html>"
    with pytest.raises(TerrainError, match="is no list of tiles"):
        get(server)
    assert not (server.cache / "copernicus-90" / "tileList.txt").exists()


def test_the_command_fetches_and_says_how_to_go_on(server, capsys):
    assert cli.main(["terrain", "get", "minimal", "--dry-run"]) == 0
    assert "to fetch: at most" in capsys.readouterr().out
    assert server.asked == []
    assert not server.cache.exists()
    assert cli.main(["terrain", "get", "minimal"]) == 0
    said = capsys.readouterr()
    assert "to fetch: 2 tiles" in said.out
    assert "`iamd coverage minimal --terrain cache`" in said.err
    assert cli.main(["terrain", "get", "minimal", "--dry-run"]) == 0
    assert "2 at hand" in capsys.readouterr().out


def test_the_command_without_a_network_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OPENIAMD_TERRAIN_URL", "http://127.0.0.1:9")
    assert cli.main(["terrain", "get", "minimal", "--cache", str(tmp_path / "cache")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    sentence, hint = said.err.splitlines()
    assert sentence == "http://127.0.0.1:9/tileList.txt cannot be fetched: no connection"
    assert hint.startswith("hint: check the network")


def test_the_command_interrupted_says_what_is_kept(server, monkeypatch, capsys):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("openiamd.elevation.fetch._fetch_tile", stop)
    assert cli.main(["terrain", "get", "minimal"]) == 130
    assert "the finished tiles are kept in" in capsys.readouterr().err
