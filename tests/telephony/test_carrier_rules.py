"""The simulated carrier: the same seed, the same customers; its ledger adds up by itself."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import telephony.carrier
from telephony.carrier.behaviours import Customers, load, plan_for
from telephony.carrier.exchange import loopback
from telephony.carrier.ledger import Ledger, summary_of
from telephony.config_file import ConfigError

pytestmark = pytest.mark.unit
SHIPPED = Path(telephony.carrier.__file__).parent / "customers.toml"
AT = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_same_seed_gives_the_same_customers():
    customers = load(SHIPPED)
    numbers = [f"154{n:08d}" for n in range(2000)]
    first = [plan_for(customers, 7, number, 1) for number in numbers]
    assert first == [plan_for(customers, 7, number, 1) for number in numbers]
    assert first != [plan_for(customers, 8, number, 1) for number in numbers]
    assert first != [plan_for(customers, 7, number, 2) for number in numbers]
    total = sum(c.share for c in customers.customers)
    counts = Counter(plan.kind for plan in first)
    for customer in customers.customers:
        share = counts[customer.kind] / len(numbers)
        assert abs(share - customer.share / total) < 0.04, customer.kind


def test_times_follow_the_scale():
    shipped = load(SHIPPED)
    fast = Customers(time_scale=0.1, customers=shipped.customers)
    slow, quick = plan_for(shipped, 1, "15400000001", 1), plan_for(fast, 1, "15400000001", 1)
    assert quick.decides == pytest.approx(slow.decides / 10)
    assert quick.talks == pytest.approx(slow.talks / 10)


def test_times_may_be_spread_like_real_ones():
    spread = Customers.model_validate(
        {
            "customers": [
                {"kind": "x", "share": 1, "answers": 200, "decides": {"mean": 10.0, "cv": 0.6}}
            ]
        }
    )
    times = sorted(plan_for(spread, 3, f"154{n:08d}", 1).decides for n in range(4000))
    mean = sum(times) / len(times)
    cv = (sum((t - mean) ** 2 for t in times) / len(times)) ** 0.5 / mean
    assert mean == pytest.approx(10.0, rel=0.05)
    assert cv == pytest.approx(0.6, rel=0.1)
    assert times[len(times) // 2] < mean  # skewed, as waits are


@pytest.mark.parametrize(
    ("text", "key"),
    [('[[customers]]\nkind="x"\nshare=1\nanswers=200\ncolour="red"', "customers.0.colour"),
     ('[[customers]]\nkind="x"\nshare=1\nanswers=201', "customers.0.answers"),
     ('[[customers]]\nkind="x"\nshare=0\nanswers=200', "customers.share"),
     ("time_scale = 1", "customers"), ("[[", "-")],
)  # fmt: skip
def test_a_broken_customers_file_names_its_key(tmp_path, text, key):
    path = tmp_path / "customers.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.faults[0][0] == key


@pytest.mark.parametrize(
    "text", ["0.0.0.0:5080", "192.0.2.1:5080", "carrier.example:5080", "5080", "::"]
)
def test_it_listens_on_loopback_only(text):
    with pytest.raises(SystemExit):
        loopback(text)


def test_the_ledger_adds_up(tmp_path):
    path = tmp_path / "carrier.jsonl"
    ledger = Ledger(path)
    for call in ("a", "b", "c", "d"):
        ledger.write("invite", call, AT, kind="person")
    for call in ("a", "b"):
        ledger.write("answer", call, AT, kind="person")
    ledger.write("end", "a", AT, by="caller", status=200, talked_s=3.5)
    ledger.write("end", "b", AT, by="callee", status=200, talked_s=1.0)
    ledger.write("end", "c", AT, by="cancel", status=487, talked_s=0)
    with path.open("a") as file:
        file.write(json.dumps({"what": "end"})[:8])  # killed in the middle of a line
    assert summary_of(path) == {
        "invites": 4, "answers": 2, "answers_by_kind": {"person": 2}, "not_answered": {"487": 1},
        "cancelled_by_dialer": 1, "hung_up_by_dialer": 1, "hung_up_by_customer": 1,
        "talked_s": 4.5, "open": 1,
    }  # fmt: skip
