"""What leaves the house: daily and weekly exports, pages for people, and the summary of a run.

Here belongs how figures are laid out for those who read them. Here belongs no calculation
(`analytics`, `engine`) and no writing to disk (`sources.exports`). The page of the project's own
speed stands in `benchmarks`, made of the parts in `pages`.
"""
