"""`kept recordings`: the keys that seal them."""

from __future__ import annotations

import click


@click.group()
def recordings() -> None:
    """Keys of recordings. 录音密钥。"""


@recordings.command("new-key")
def new_key() -> None:
    """Seal with a new key from now on; old recordings keep theirs. 更换密钥。"""
    from dialer.settings import load
    from dialer.store.recording_keys import BadKeyFile, add_key, read_keys

    path = load().recordings.key_file
    try:
        read_keys(path)
    except BadKeyFile as bad:
        raise click.ClickException(str(bad)) from None
    key = add_key(path)
    click.echo(f"{key.key_id}  {path}")
    click.echo("请立即备份密钥文件 / back up the key file now")


@recordings.command("keys")
def keys() -> None:
    """Ids of the keys there are, the sealing one last; never the keys."""
    from dialer.settings import load
    from dialer.store.recording_keys import BadKeyFile, read_keys

    try:
        for key_id in read_keys(load().recordings.key_file):
            click.echo(key_id)
    except BadKeyFile as bad:
        raise click.ClickException(str(bad)) from None
