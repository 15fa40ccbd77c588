"""What leaves the house: exports, dashboards, the executive view.

Here belongs how figures are laid out for those who read them. Here belongs no calculation
(`analytics`, `engine`) and no writing to disk (`sources.exports`).
"""
