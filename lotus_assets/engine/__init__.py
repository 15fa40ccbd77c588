"""Pure calculation: arrays and frames in, arrays and frames out.

Here belongs every formula of the specification, under the columns of the raw tables. Here belongs
no Dagster, database, network, clock or setting: windows, rules and time zones come in as
parameters, reading and writing is `facts` and `analytics`, and shapes of tables are in `raw`.
"""
