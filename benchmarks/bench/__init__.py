"""What the benchmarks share: cases, measuring, neutral columns, the page of results."""
