"""Builds the pjsua2 module from pjproject's source, with the limits a call centre needs.

Standard library only: it runs before anything is installed.
"""
