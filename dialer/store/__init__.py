"""Tables, sessions and one file of named queries per aggregate."""
