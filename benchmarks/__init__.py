"""Measurements too long for the tests: how fast, how large, and whether two engines ever differ."""
