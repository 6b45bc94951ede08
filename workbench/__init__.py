"""The web: the only package with Flask."""
