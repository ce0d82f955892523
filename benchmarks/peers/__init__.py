"""One module per peer: how it is asked the same question as onegrid."""
