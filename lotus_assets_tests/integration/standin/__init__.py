"""The stand-in through its doors: real HTTP on loopback, real Git."""
