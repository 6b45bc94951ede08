"""Alembic's entry: runs migrations on the URL that `dialer.store.session` hands over.

SQLite changes a table by making it anew and dropping the old one; with foreign keys on, that fails as
soon as there are rows. They are off while migrating, and checked as a whole before the commit.
"""

from alembic import context

from dialer.store.session import open_store
from dialer.store.tables import Base

url = context.config.attributes["url"]
engine = open_store(url).kw["bind"]
with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:  # past SQLAlchemy, which would begin a transaction, in which it has no effect
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True,
        compare_type=True,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows without their parent after migrating: {broken[:5]}")
    connection.commit()
engine.dispose()
