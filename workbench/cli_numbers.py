"""`kept pool`: number pools from the command line."""

from __future__ import annotations

from datetime import datetime

import click

from dialer.actions.refusals import Refused
from dialer.store.session import Sessions

DAY = click.DateTime(["%Y-%m-%d"])


def _sessions() -> Sessions:
    from dialer.settings import load
    from dialer.store.session import open_store

    return open_store(load().database)


@click.group()
def pool() -> None:
    """Number pools. 号码池。"""


@pool.command("add")
@click.argument("name")
@click.option(
    "--range", "ranges", multiple=True, required=True, help="95035000-95035099 or 95035xxx"
)
@click.option("--licence", required=True, help="Licence number of the call centre.")
@click.option(
    "--certificate", required=True, help="Certificate by which the numbers were assigned."
)
@click.option("--undertaking", required=True, type=DAY, help="Day of the no-nuisance undertaking.")
@click.option("--until", required=True, type=DAY, help="Last day of the licence.")
@click.option("--trunk", default="", help="Trunk it leaves by; empty: any that owns the number.")
@click.option("--region", default="")
@click.option("--creditor", "creditors", multiple=True, type=int, help="Id; none: for everyone.")
@click.option("--per-second", type=int)
@click.option("--concurrent", type=int)
@click.option("--per-hour", type=int)
@click.option("--per-day", type=int)
def pool_add(  # noqa: PLR0913 - one option each
    name: str, ranges: tuple[str, ...], licence: str, certificate: str, undertaking: datetime,
    until: datetime, trunk: str, region: str, creditors: tuple[int, ...], per_second: int | None,
    concurrent: int | None, per_hour: int | None, per_day: int | None,
) -> None:  # fmt: skip
    """Add a pool with all numbers of its ranges."""
    from dialer.actions.actor import SETUP
    from dialer.actions.number_pools import PoolTerms, add_pool
    from dialer.clock import utc_now

    terms = PoolTerms(
        name=name, ranges=ranges, licence_no=licence, certificate_no=certificate,
        undertaking_on=undertaking.date(), licence_until=until.date(), trunk=trunk, region=region,
        creditor_ids=creditors, second_max=per_second, concurrent_max=concurrent, hour_max=per_hour,
        day_max=per_day,
    )  # fmt: skip
    try:
        added = add_pool(_sessions(), SETUP, terms, utc_now())
    except Refused as refusal:
        raise click.ClickException(_both(refusal)) from None
    click.echo(f"{added['id']}: {added['numbers']}")


@pool.command("list")
def pool_list() -> None:
    """Every pool and number, and why a number is not shown."""
    from dialer.clock import utc_now
    from dialer.reports.number_pools import pools_and_numbers
    from dialer.store.session import read

    with read(_sessions()) as session:
        view = pools_and_numbers(session, utc_now())
    for row in view["pools"]:
        click.echo(f"{row['name']}  {row['licence_no']}  {row['licence_until']} ({row['licence']})")
        for number in row["numbers"]:
            click.echo(f"  {number['number']}  {number['state']}  {number['why_not']}")
    for number in view["alone"]:
        click.echo(f"- {number['number']}  {number['state']}  {number['why_not']}")


def _both(refusal: Refused) -> str:
    """The sentence in both languages."""
    from workbench.errors import refusal_text

    return f"{refusal_text(refusal, 'zh-CN')} / {refusal_text(refusal, 'en')}"
