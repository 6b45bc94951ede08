"""Alembic's entry: runs migrations on the URL that `dialer.store.session` hands over."""

from alembic import context

from dialer.store.session import open_store
from dialer.store.tables import Base

url = context.config.attributes["url"]
engine = open_store(url).kw["bind"]
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True,
        compare_type=True,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
