"""Simulated shifts: what a pacer would do on a floor described by figures.

`scenario` describes the floor, `shift` plays one day of it, `day` counts, `baselines` are the pacers
that ours is measured against. Chance comes from seeds alone; nothing here reads a clock or a store.
"""
