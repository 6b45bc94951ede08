"""Rules that cannot work are found before they are saved, with the key to change and a sentence."""

from datetime import UTC, datetime, time

import pytest

from dialer.domain.compliance.hours import Window
from dialer.domain.compliance.pack import Narrowing, narrowed
from dialer.domain.lint import Rules, lint
from dialer.domain.list_end import EndRule, Then
from dialer.domain.mix import Share
from dialer.domain.retries import Recycle, recycle_from
from dialer.packs import load_pack
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CN = load_pack("cn")
NIGHT = narrowed(CN, Narrowing(week=(Window(time(23), time(23, 30)),) * 7))


@pytest.mark.parametrize(
    ("rules", "pack", "found"),
    [(Rules(Recycle(), 30), CN, {}), (Rules(Recycle(), 10), CN, {"ring_seconds": "ring_seconds"}),
     (Rules(Recycle(), 30, preview_seconds=9), CN, {"preview_seconds": "preview_seconds"}),
     (Rules(Recycle(), 30), NIGHT, {"never_open": "narrowing.hours"}),
     (Rules(Recycle(attempts_max=0), 30), CN, {"attempts_max": "recycle.attempts_max"}),
     (Rules(Recycle(minutes={"NONSENSE": 1440}), 30), CN, {"unknown_codes": "recycle.minutes"}),
     (Rules(Recycle(minutes={"PTP": 1440}), 30), CN, {"never_retried": "recycle.minutes"}),
     (Rules(Recycle(minutes={"BUSY": 0}), 30), CN, {"minutes": "recycle.minutes"}),
     (Rules(Recycle(minutes={"BUSY": 5}, alternate_numbers=False), 30), CN,
      {"faster_than_caps": "recycle.minutes", "more_than_caps": "recycle.minutes"}),
     (Rules(Recycle(minutes={"BUSY": 5}), 30), CN, {"more_than_caps": "recycle.minutes"}),
     (Rules(Recycle(minutes={"BUSY": 1440}), 30), CN, {}),
     (Rules(Recycle(per_daypart=0), 30), CN, {"daypart_zero": "recycle.per_daypart"}),
     (Rules(Recycle(per_daypart=3), 30), CN, {"daypart_above_caps": "recycle.per_daypart"}),
     (Rules(Recycle(per_daypart=2), 30), CN, {}),
     (Rules(Recycle(), 30, EndRule(Then.AGAIN)), CN, {}),
     (Rules(Recycle(), 30, EndRule(Then.AGAIN, times=0)), CN, {"end_for_ever": "end.times"}),
     (Rules(Recycle(attempts_max=2), 30, EndRule(Then.AGAIN, times=11)), CN, {"end_for_ever": "end.times"}),
     (Rules(Recycle(), 30, EndRule(Then.AGAIN, times=10)), CN, {"end_attempts": "end.times"}),
     (Rules(Recycle(), 30, EndRule(Then.AGAIN, hours=0)), CN, {"end_hours": "end.hours"}),
     (Rules(Recycle(), 30, EndRule(Then.WAIT, hours=0, times=99)), CN, {}),
     (Rules(Recycle(), 30, shares=()), CN, {"lists_off": "lists.active"}),
     (Rules(Recycle(), 30, shares=(Share(1), Share(2, weight=0))), CN, {"weight": "lists.weight"})],
)  # fmt: skip
def test_every_fault_is_named_with_its_key(rules, pack, found):
    faults = lint(rules, pack, NOW)
    assert {fault.code: fault.key for fault in faults} == found
    for fault in faults:
        for language in LANGUAGES:
            assert f"refusal.lint_{fault.code}" in catalogue(language)


def test_all_faults_come_at_once_and_hints_last():
    rules = Rules(
        Recycle(attempts_max=0, minutes={"X": 1, "BUSY": 5}), 99, EndRule(Then.AGAIN, 0, 0), ()
    )
    faults = lint(rules, CN, NOW)
    assert len(faults) >= 6
    assert [f.hint for f in faults] == sorted(f.hint for f in faults)


def test_stored_rules_are_read_and_unknown_keys_refused():
    stored = {"attempts_max": 3, "minutes": {"BUSY": 60}, "best_time": True, "per_daypart": 1}
    assert recycle_from(stored) == Recycle(3, {"BUSY": 60}, True, True, 1)
    assert recycle_from({}) == Recycle()
    with pytest.raises(ValueError, match="colour"):
        recycle_from({"colour": "red"})
