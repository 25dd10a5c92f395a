"""Servers in turn under the same load. See ../README.md."""
