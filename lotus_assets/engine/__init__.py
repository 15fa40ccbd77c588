"""Pure calculation: arrays and frames in, arrays and frames out.

Here belongs every formula: of deliveries under the columns of the raw tables, of portfolios over
arrays and frames by portfolio, of speed over series of benchmarks. Here belongs no Dagster,
database, network, clock or setting: windows, rules and time zones come in as parameters, reading
and writing is `facts` and `analytics`, and shapes of tables are in `raw` and `inputs`.
"""
