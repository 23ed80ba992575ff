"""Nestbox against limits that are measured in the same run: what `ci/bench` runs."""
