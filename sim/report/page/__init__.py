"""The page that a planner takes to a meeting: one HTML file that needs no network, from a results folder.

`data` is what the page says, as values; `running`, `comparing` and `fitted` gather it; `charts` and `replaying` draw;
`words` are labels and figures; `writing` puts all into the file.
"""
