"""`kept simulate`: JSON, tables, pictures, and a campaign's own figures."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from PIL import Image

from dialer.clock import utc_now
from dialer.store.session import read
from dialer.store.tables import Campaign
from telephony.config_file import PATH_VARIABLE
from tests.factories import make_called, make_campaign
from workbench.cli import kept

pytestmark = pytest.mark.web

SHORT = ("simulate", "--hours", "0.5", "--agents", "4", "--pacer", "progressive", "--seed", "7")


def run(*arguments: str):
    return CliRunner().invoke(kept, arguments)


def test_json_has_the_promised_figures_and_repeats():
    first, again = run(*SHORT, "--json"), run(*SHORT, "--json")
    assert first.exit_code == 0, first.output
    found = json.loads(first.stdout)
    for name in (
        "occupancy",
        "abandonment_tsr",
        "abandonment_ofcom",
        "worst_hour",
        "calls",
        "connects",
    ):
        assert isinstance(found[name], int | float), name
    assert found["calls"] > found["connects"] > 0
    assert found["question"]["agents"] == 4
    assert first.stdout == again.stdout


def test_table_in_both_languages_with_variants():
    result = run(*SHORT, "--days", "2", "--what-if", "agents=+2", "--what-if", "target=2%")
    assert result.exit_code == 0, result.output
    assert "占用率 occupancy" in result.stdout
    assert "agents=+2" in result.stdout
    assert "±" in result.stdout


def test_comparison_has_every_pacer():
    result = run("simulate", "--hours", "0.1", "--agents", "2", "--compare", "--json")
    pacers = [one["pacer"] for one in json.loads(result.stdout)["answers"]]
    assert pacers == ["predictive", "progressive", "ratio", "vicidial", "vicidial_best"]


@pytest.mark.parametrize("more", [(), ("--what-if", "agents=+2", "--days", "2")])
def test_pictures(tmp_path, more):
    file = tmp_path / "folder" / "day.png"
    result = run(*SHORT, "--plot", str(file), *more)
    assert result.exit_code == 0, result.output
    with Image.open(file) as picture:
        assert picture.width >= 1000
        assert len(picture.convert("RGB").getcolors(2**24)) > 20


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--agents", "0"), "agents"), (("--answer-rate", "30"), "answer-rate"),
     (("--what-if", "mood=1"), "mood"), (("--campaign", "没有"), "没有")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(arguments, word, configured):
    result = run("simulate", *arguments)
    assert result.exit_code == 1
    assert word in result.output


@pytest.fixture
def configured(sessions, tmp_path, monkeypatch):
    """A config.toml with this test's store."""
    config = tmp_path / "config.toml"
    config.write_text(f'[dialer]\ndatabase = "sqlite:///{tmp_path}/kept.db"\n', encoding="utf-8")
    monkeypatch.setenv(PATH_VARIABLE, str(config))
    return sessions


def test_a_campaign_that_has_called(configured, tmp_path):
    campaign = make_campaign(configured, tmp_path, 3)
    with read(configured) as session:
        name = session.get_one(Campaign, campaign).name
    few = run(*SHORT, "--campaign", name)
    assert few.exit_code == 1
    assert "0 attempts" in few.output
    make_called(configured, campaign, attempts=300, persons=90, machines=10, now=utc_now())
    result = run(*SHORT, "--campaign", name, "--talk", "45", "--json")
    assert result.exit_code == 0, result.output
    question = json.loads(result.stdout)["question"]
    assert (question["answer_rate"], question["ring"]) == (0.3, 8.0)
    assert question["talk"] == 45.0  # what is typed wins


def test_progress_goes_to_a_file_that_is_always_whole(tmp_path):
    file = tmp_path / "progress.json"
    result = run(*SHORT, "--days", "3", "--progress-file", str(file))
    assert result.exit_code == 0
    assert 0 <= json.loads(file.read_text())["share"] <= 1
