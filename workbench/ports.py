"""Whether a port may be listened on now; asked before a server would only say "address in use"."""

from __future__ import annotations

import socket


def tcp_is_free(host: str, port: int) -> bool:
    """Nobody listens there; a connection that is only fading away does not count."""
    return _is_free(socket.SOCK_STREAM, host, port)


def udp_is_free(host: str, port: int) -> bool:
    """Nobody is bound there."""
    return _is_free(socket.SOCK_DGRAM, host, port)


def _is_free(kind: socket.SocketKind, host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
