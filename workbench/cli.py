"""The `kept` command. Commands that start processes import late, so that `kept --help` is quick."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import datetime
from pathlib import Path

import click

from dialer.domain.roles import ROLES
from dialer.domain.training import KINDS
from telephony import log as log_lines
from telephony.config_file import PATH_VARIABLE, ConfigError
from workbench.cli_numbers import pool
from workbench.cli_recordings import recordings
from workbench.cli_trunks import trunk
from workbench.simulate import simulate

POLICIES = ("off", "classify", "hang_up", "leave_message")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), help="config.toml to use.")
def kept(config: Path | None) -> None:
    """Kept: the open dialer that keeps promises."""
    import os

    if config is not None:
        os.environ[PATH_VARIABLE] = str(config)
    log_lines.set_up()


@kept.command()
def up() -> None:
    """Start node, engine and workbench and keep them up. 启动并看护全部进程。"""
    from workbench.up import run

    sys.exit(run())


@kept.command()
@click.option("--headless", is_flag=True, help="No browser: run to the end of the list and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@click.option("--entries", default=300, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--agents", default=8, show_default=True, type=click.IntRange(1, 100))
@click.option("--seed", default=7, show_default=True, type=int)
@click.option("--creditors", default=1, show_default=True, type=click.IntRange(1, 3))
@click.option("--amd", type=click.Choice(POLICIES), help="What is done when a machine answers.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the demo keeps its files.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the workbench.")
def demo(
    headless: bool, as_json: bool, entries: int, agents: int, seed: int, creditors: int,
    amd: str | None, folder: Path | None, open_browser: bool,
) -> None:  # fmt: skip
    """A whole floor on this machine: invented customers, real SIP on 127.0.0.1. 演示。"""
    from workbench.demo import Demo, DemoFailed, shift_clock_if_needed

    shift_clock_if_needed()
    plan = Demo(
        entries=entries, agents=agents, seed=seed, headless=headless, creditors=creditors,
        folder=folder, open_browser=open_browser and not headless, amd=amd or "",
    )  # fmt: skip
    try:
        result = plan.run(say=lambda line: click.echo(line, err=as_json))
    except DemoFailed as failure:
        raise click.ClickException(str(failure)) from None
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    if headless and result["disagreements"]:
        lines = "\n".join(result["disagreements"])
        raise click.ClickException(
            f"拨号器与运营商记录不一致 / dialer and carrier disagree:\n{lines}"
        )


@kept.command()
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), help="Language of the report.")
@click.option("--json", "as_json", is_flag=True)
def doctor(lang: str | None, as_json: bool) -> None:
    """What is installed, how many calls a node carries, what is wrong and how to mend it. 体检。"""
    from workbench import doctor as checks

    findings = checks.report(None)
    click.echo(checks.as_json(findings) if as_json else checks.render(findings, lang))
    sys.exit(checks.exit_code(findings))


kept.add_command(simulate)
kept.add_command(trunk)


@kept.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def headset(words: tuple[str, ...]) -> None:
    """On an agent's machine: the headset as a phone that dials in. 耳麦程序。See its --help."""
    import os

    os.execv(sys.executable, [sys.executable, "-m", "telephony.headset", *words])


@kept.group()
def db() -> None:
    """The database. 数据库。"""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to the newest revision; safe to repeat."""
    from dialer.settings import load
    from dialer.store.session import upgrade

    upgrade(load().database)
    click.echo("ok")


@kept.group()
def token() -> None:
    """Tokens of the API. 接口令牌。"""


@token.command("add")
@click.argument("username")
@click.option("--name", required=True, help="What the token is for.")
def token_add(username: str, name: str) -> None:
    """A token that acts as this user; it is printed once."""
    from dialer.actions.access import add_token
    from dialer.actions.actor import SETUP
    from dialer.clock import utc_now
    from dialer.settings import load
    from dialer.store.session import open_store

    click.echo(add_token(open_store(load().database), SETUP, username, name, utc_now()))


@token.command("list")
def token_list() -> None:
    """Whose tokens there are; the tokens themselves are not kept."""
    from dialer.reports.people import api_tokens
    from dialer.settings import load
    from dialer.store.session import open_store, read

    with read(open_store(load().database)) as session:
        for row in api_tokens(session):
            state = "revoked" if row["revoked_at"] else "active"
            click.echo(f"{row['id']}\t{row['username']}\t{row['name']}\t{state}")


@token.command("revoke")
@click.argument("token_id", type=int)
def token_revoke(token_id: int) -> None:
    """From the next request on it is refused."""
    from dialer.actions.access import revoke_token
    from dialer.actions.actor import SETUP
    from dialer.actions.refusals import Refused
    from dialer.clock import utc_now
    from dialer.settings import load
    from dialer.store.session import open_store

    try:
        revoke_token(open_store(load().database), SETUP, token_id, utc_now())
    except Refused:
        raise click.ClickException(
            f"没有有效的令牌 {token_id} / no active token {token_id}"
        ) from None
    click.echo("ok")


@kept.command("audit-pack")
@click.option("--creditor", required=True, type=int, help="The creditor's id.")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--out", required=True, type=click.Path(path_type=Path))
def audit_pack(creditor: int, first: datetime, last: datetime, out: Path) -> None:
    """Ledger, proofs and hashes of one creditor and period, as a zip. 审计包。"""
    from dialer.clock import utc_now
    from dialer.reports.audit_pack import Subject, write_pack
    from dialer.reports.creditor import exists
    from dialer.reports.period import Period
    from dialer.settings import load
    from dialer.store.recording_files import open_sounds
    from dialer.store.session import open_store, read
    from telephony import settings as telephony_settings

    def progress(done: int, of_all: int) -> None:
        click.echo(f"\r  {done}/{of_all}", nl=done == of_all, err=True)

    settings = load()
    period = Period(first.date(), last.date())
    recordings = telephony_settings.load().recordings
    with read(open_store(settings.database)) as session:
        if not exists(session, creditor):
            raise click.ClickException(f"没有委托方 {creditor} / there is no creditor {creditor}")
        about = Subject(
            session,
            creditor,
            period,
            settings.pack(),
            recordings,
            open_sounds(settings.recordings, recordings),
        )
        manifest = write_pack(about, out, utc_now(), progress)
    click.echo(json.dumps(manifest, ensure_ascii=False, indent=1))


@kept.group()
def user() -> None:
    """Who may sign in. 用户。"""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="As shown on screens.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--phone", default="", help="SIP address of an agent's phone: sip:6001@127.0.0.1")
def user_add(username: str, name: str, role: str, phone: str) -> None:
    """Add a user; the password is asked for, never an argument."""
    from dialer.actions.actor import SETUP
    from dialer.actions.users import add_user
    from dialer.clock import utc_now
    from dialer.settings import load
    from dialer.store.session import open_store
    from workbench.auth import hash_password

    password = getpass.getpass(f"{username} 的密码 / password: ")
    add_user(
        open_store(load().database), SETUP, username=username, display_name=name, role=role,
        password_hash=hash_password(password), leg_address=phone, now=utc_now(),
    )  # fmt: skip
    click.echo("ok")


@user.command("train")
@click.argument("username")
@click.option("--kind", required=True, type=click.Choice(KINDS))
@click.option("--passed-on", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--valid-until", required=True, type=click.DateTime(["%Y-%m-%d"]))
def user_train(username: str, kind: str, passed_on: datetime, valid_until: datetime) -> None:
    """Record a training; after its last day the agent cannot be ready. 登记培训。"""
    from dialer.actions.actor import SETUP
    from dialer.actions.refusals import Refused
    from dialer.actions.training import record_training
    from dialer.clock import utc_now
    from dialer.settings import load
    from dialer.store.session import open_store
    from workbench.translations import say

    try:
        until = record_training(
            open_store(load().database), SETUP, username=username, kind=kind,
            passed_on=passed_on.date(), valid_until=valid_until.date(), now=utc_now(),
        )  # fmt: skip
    except Refused as refusal:
        key = f"refusal.{refusal.code}"
        both = (say(language, key, **refusal.args_) for language in ("zh-CN", "en"))
        raise click.ClickException(" / ".join(both)) from None
    click.echo(f"{username}: {until}")


kept.add_command(pool)
kept.add_command(recordings)


def main() -> None:
    """Entry point; a broken configuration is an answer, not a traceback."""
    try:
        kept()
    except ConfigError as error:
        click.echo(error.text(), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
