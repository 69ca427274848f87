"""`iamd track`: what it asks of the tracker, what it prints, what it refuses. The tracker itself has its own tests."""

import json
import sys
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest

from openiamd import cli
from openiamd.recordings.asterix import write_cat048
from openiamd.recordings.plots import write_plots
from openiamd.recordings.sensors import write_sensors
from openiamd.recordings.summary import summarise_tracks
from openiamd.recordings.tables import Plots, Tracks
from recorded import IDENTITIES, columns, some_plots, two_sensors, write_columns

DEFAULTS = {
    "motion": "cv", "association": "gnn", "process_noise": (1.0, 0.05), "velocity_prior": (160.0, 10.0), "gate": 4.0,
    "confirm": 3, "drop_tentative": 2, "drop_confirmed": 4,
}  # fmt: skip


class TrackerSettings(NamedTuple):
    motion: str
    association: str
    process_noise: tuple[float, float]
    velocity_prior: tuple[float, float]
    gate: float
    confirm: int
    drop_tentative: int
    drop_confirmed: int


def made_tracks(plots: Plots) -> Tracks:
    """Return one confirmed track of all plots but the last with a coasted row, and a tentative one of the last."""
    count = len(plots.time_s)
    number = np.array([1] * count + [2])
    plot = np.array([*range(count - 1), -1, count - 1])
    time_s = np.where(plot < 0, plots.time_s[-1], plots.time_s[plot])
    state, covariance = np.zeros((count + 1, 6)), np.broadcast_to(np.eye(6), (count + 1, 6, 6))
    return Tracks(time_s, number, state, covariance, number == 1, plot < 0, plot)


@pytest.fixture
def tracker(monkeypatch, tmp_path):
    """Put a tracker that answers at once behind the command line; return what it was asked."""
    asked = {}

    def track_plots(plots, sensors, settings, progress=None):
        asked.update(plots=plots, sensors=sensors, settings=settings)
        assert progress is not None
        progress(1, 2, "tracking")
        return made_tracks(plots)

    def write_tracks(path, tracks):
        path.write_bytes(b"tracks")

    for name, attributes in {
        "openiamd.studies.track_plots": {"track_plots": track_plots, "TrackerSettings": TrackerSettings},
        "openiamd.recordings.tracks": {"write_tracks": write_tracks},
    }.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.chdir(tmp_path)
    write_sensors(tmp_path / "sensors.csv", two_sensors(), IDENTITIES)
    write_plots(tmp_path / "plots.parquet", some_plots(20, 1), two_sensors())
    return asked


CALL = ["track", "plots.parquet", "--sensors", "sensors.csv", "-o", "tracks.parquet"]


def test_defaults_are_those_that_are_documented(tracker, tmp_path, capsys):
    assert cli.main(CALL) == 0
    assert tracker["settings"]._asdict() == DEFAULTS
    assert tracker["sensors"].name == ["south", "north"]
    assert (tmp_path / "tracks.parquet").exists()
    said = capsys.readouterr()
    assert "tracks: tracks.parquet" in said.err
    assert "hint: `iamd score tracks.parquet TRUTH`" in said.err
    assert "tracking:" not in said.err  # quick: no progress
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line.split()}
    assert int(rows["south"][1]) + int(rows["north"][1]) == 20


def test_options_reach_the_tracker(tracker):
    options = "--motion imm --association jpda --process-noise 2 --velocity-prior 200,30 --gate 3.5 --confirm 2"
    options += " --drop-tentative 1 --drop-confirmed 6"
    assert cli.main([*CALL, *options.split()]) == 0
    assert tracker["settings"] == TrackerSettings("imm", "jpda", (2.0, 0.05), (200.0, 30.0), 3.5, 2, 1, 6)


def test_json_is_alone_on_stdout(tracker, capsys):
    assert cli.main([*CALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["output"] == "tracks.parquet"
    assert found["settings"]["process_noise"] == [1.0, 0.05]
    assert found["tracks"]["confirmed"] == found["tracks"]["never_confirmed"] == 1
    assert sum(row["used"] for row in found["sensors"]) == 19


def test_asterix_is_read_and_what_is_left_out_is_said(tracker, tmp_path, capsys):
    write_cat048(tmp_path / "plots.ast", some_plots(20, 1), two_sensors(), IDENTITIES)
    with (tmp_path / "plots.ast").open("ab") as file:
        file.write(bytes.fromhex("220007 80 190A 00".replace(" ", "")))
    assert cli.main([word.replace("plots.parquet", "plots.ast") for word in CALL]) == 0
    assert len(tracker["plots"].time_s) == 20
    assert "left out: 1 blocks of category 034" in capsys.readouterr().err


def test_columns_that_are_not_read_are_named(tracker, tmp_path, capsys):
    write_columns(tmp_path / "plots.parquet", {**columns(), "snr_db": [1.0, 2.0, 3.0]})
    assert cli.main(CALL) == 0
    assert "note: columns of PLOTS that were not read: snr_db" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["track"], "PLOTS, --sensors, -o is missing"),
        ([*CALL, "--motion", "ca"], "--motion: invalid choice: 'ca'"),
        ([*CALL, "--process-noise", "1,2,3"], "--process-noise: '1,2,3' is not H or H,V"),
        ([*CALL, "--process-noise", "1,0"], "--process-noise: '0' is not a number above 0"),
        ([*CALL, "--gate", "nan"], "--gate: 'nan' is not a number above 0"),
        ([*CALL, "--confirm", "0"], "--confirm: '0' is not a whole number from 1"),
        ([*CALL[:-1], "absent/tracks.parquet"], "folder 'absent' of output 'absent/tracks.parquet' does not exist"),
        ([*CALL[:-1], "sensors.csv"], "output 'sensors.csv' exists"),
        (["track", "none.parquet", *CALL[2:]], "none.parquet: there is no file of plots"),
        ([*CALL[:3], "none.csv", *CALL[4:]], "none.csv: there is no file of sensors"),
        (["track", "sensors.csv", *CALL[2:]], "sensors.csv: data block at byte 0 is damaged or cut short"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(tracker, tmp_path, capsys, words, sentence):
    before = sorted(tmp_path.iterdir())
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(sentence)
    assert "\nhint: " in said.err
    assert sorted(tmp_path.iterdir()) == before
    assert tracker == {}


def test_summary_counts():
    plots = some_plots(20, 1)._replace(time_s=np.arange(100.0, 120.0))
    found = summarise_tracks(two_sensors(), plots, made_tracks(plots))
    south, north = found["sensors"]
    assert (south["plots"], north["plots"]) == ((plots.sensor == 0).sum(), (plots.sensor == 1).sum())
    assert south["used"] + north["used"] == 19  # all but the last, whose track was never confirmed
    last_s = plots.time_s[plots.sensor == 1].max() - 100.0
    assert north["scans"] == int(last_s // 5.0) + 1
    assert found["tracks"] == {
        "confirmed": 1, "never_confirmed": 1, "rows": 21, "rows_coasted": 1, "confirmed_median_s": 19.0,
        "confirmed_longest_s": 19.0,
    }  # fmt: skip
