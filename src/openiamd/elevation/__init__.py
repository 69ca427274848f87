"""The ground: elevation files, what of them a scenario needs, and fetching a public set."""
