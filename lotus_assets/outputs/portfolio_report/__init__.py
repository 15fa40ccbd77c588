"""The report of a portfolio, a page each, and their index: what the analytics tables say of it.

Here belongs how a portfolio's figures are chosen, put side by side, explained and drawn. Here
belongs no calculation of a return (`engine`, `analytics`), no chart or number form that other pages
could use too (`pages`), and no writing to disk (`sources.exports`).
"""
