"""What is described: a scenario as frozen values, with units in the names.

A planner writes a text file; this package reads it, stacks it on its bases, checks it whole and gives a
`Scenario`. It knows every parameter from one table (`parameters.csv`) and must know nothing of randomness,
of simulation or of reports.
"""
