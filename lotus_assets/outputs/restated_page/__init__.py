"""The page of restated numbers: what figures said before, what they say since, and why.

Here belong its template and what its rows read. How pages are made stands in `outputs.pages`, what
a restatement is in `filling.restatement`.
"""
