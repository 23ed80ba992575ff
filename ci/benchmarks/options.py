"""What was asked for on the command line."""
import argparse

options = argparse.Namespace(rounds=5, requests=200_000, connections=16, build=True, mixed_seconds=60)
