"""The inbox: which files there are, whose they are, what their `source.toml` says. Knows no formats."""
