"""The page that a planner takes to a meeting: one HTML file that needs no network, from a results folder.

`data` is what the page says, as values; `running`, `comparing` and `optimising` gather it; `charts`, `calendars`,
`plan_charts` and `replaying` draw, from the parts of `drawing`; `words`, `headlines` and `searches` are labels, figures
and sentences; `writing` puts all into the file.
"""
