"""`python -m northwatch`: the command line."""

from northwatch.cli import main

main()
