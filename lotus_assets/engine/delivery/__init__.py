"""How software is delivered, calculated: events of GitLab in, durations, rates and slices out.

Here belongs every rule of the engineering metrics, under the columns of the raw tables. Here
belongs no table, setting or rules file: what they say comes in as parameters.
"""
