"""Which page has an agent's desk: one at a time. Another is refused until the person says "take over
here"; then the first is told, and may do nothing any more.

Kept in memory: a page says hello again whenever the web process is new, and the first one has the desk.
"""

from __future__ import annotations

import threading

from dialer.actions.refusals import Refused


class DeskHolders:
    """user -> (socket, page). A page keeps its name over reloads and reconnects."""

    def __init__(self) -> None:
        self._holders: dict[int, tuple[str, str]] = {}
        self._lock = threading.Lock()  # pages come and go on threads of their own

    def claim(self, user_id: int, sid: str, page: str, take: bool) -> str:
        """This socket has the desk now; returns the socket that had it, empty if none.

        Refused("desk_elsewhere") while another page has it and the person did not say take."""
        with self._lock:
            old_sid, old_page = self._holders.get(user_id, ("", ""))
            is_same = sid == old_sid or (page != "" and page == old_page)
            if old_sid and not is_same and not take:
                raise Refused("desk_elsewhere")
            self._holders[user_id] = (sid, page)
            return old_sid if old_sid != sid else ""

    def check(self, user_id: int, sid: str) -> None:
        """Refused("desk_elsewhere") unless this socket has the desk."""
        if self._holders.get(user_id, ("", ""))[0] != sid:
            raise Refused("desk_elsewhere")

    def left(self, sid: str) -> None:
        """The socket is gone; its desk is free."""
        with self._lock:
            for user_id in [u for u, (holder, _) in self._holders.items() if holder == sid]:
                del self._holders[user_id]
