"""`python -m anomaly`."""

from anomaly.cli import main

main()
