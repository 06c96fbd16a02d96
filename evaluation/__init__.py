"""Survey and evaluation toolkit for Danish municipalities."""
