"""Pure rules: no framework, no I/O, no clock, no randomness."""
