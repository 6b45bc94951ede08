"""The engine process: claims, gates, originates, follows and recovers."""
