"""The walk along the seed's README: its lines, the answer that each must give, and how they are run."""
