"""`python -m redline`."""

from redline.commands import main

main()
