-- A row is never overwritten: a correction has the same key and a later recorded_at.
-- load_id says in which load it came, so that paging can stay with what it began with.
CREATE TABLE lotus_core.loads (
    load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    source text NOT NULL
);

-- What a load added, by table and entity: portfolios' data versions are read from it.
CREATE TABLE lotus_core.recordings (
    load_id bigint NOT NULL REFERENCES lotus_core.loads,
    table_name text COLLATE "C" NOT NULL,
    entity text COLLATE "C" NOT NULL,
    first_recorded_at timestamptz NOT NULL,
    last_recorded_at timestamptz NOT NULL,
    PRIMARY KEY (table_name, entity, load_id)
);

CREATE TABLE lotus_core.calendars (
    calendar_id text COLLATE "C" NOT NULL,
    calendar_date date NOT NULL,
    is_business_day boolean NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (calendar_id, calendar_date, recorded_at)
);

CREATE TABLE lotus_core.instruments (
    instrument_id text COLLATE "C" NOT NULL,
    instrument_name text COLLATE "C" NOT NULL,
    instrument_type text COLLATE "C" NOT NULL,
    instrument_currency text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (instrument_id, recorded_at)
);

CREATE TABLE lotus_core.instrument_dimensions (
    instrument_id text COLLATE "C" NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    dimension_value text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (instrument_id, dimension, recorded_at)
);

CREATE TABLE lotus_core.portfolios (
    portfolio_id text COLLATE "C" NOT NULL,
    portfolio_name text COLLATE "C" NOT NULL,
    portfolio_currency text COLLATE "C" NOT NULL,
    calendar_id text COLLATE "C" NOT NULL,
    open_date date NOT NULL,
    close_date date,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, recorded_at)
);

CREATE TABLE lotus_core.positions (
    portfolio_id text COLLATE "C" NOT NULL,
    position_id text COLLATE "C" NOT NULL,
    instrument_id text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, position_id, recorded_at)
);

CREATE TABLE lotus_core.position_valuations (
    portfolio_id text COLLATE "C" NOT NULL,
    position_id text COLLATE "C" NOT NULL,
    valuation_date date NOT NULL,
    quantity numeric NOT NULL,
    price numeric NOT NULL,
    market_value numeric NOT NULL,
    begin_mv numeric,
    bod_cf numeric NOT NULL,
    eod_cf numeric NOT NULL,
    mgmt_fees numeric NOT NULL,
    accrued_income numeric NOT NULL,
    accrual_date date,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, position_id, valuation_date, recorded_at)
);

CREATE TABLE lotus_core.lots (
    portfolio_id text COLLATE "C" NOT NULL,
    position_id text COLLATE "C" NOT NULL,
    lot_id text COLLATE "C" NOT NULL,
    effective_date date NOT NULL,
    trade_date date NOT NULL,
    quantity numeric NOT NULL,
    cost numeric NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, position_id, lot_id, effective_date, recorded_at)
);

CREATE TABLE lotus_core.external_flows (
    portfolio_id text COLLATE "C" NOT NULL,
    flow_id text COLLATE "C" NOT NULL,
    flow_date date NOT NULL,
    amount numeric NOT NULL,
    flow_currency text COLLATE "C" NOT NULL,
    timing text COLLATE "C" NOT NULL,
    flow_type text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, flow_id, recorded_at)
);

CREATE TABLE lotus_core.fees (
    portfolio_id text COLLATE "C" NOT NULL,
    fee_id text COLLATE "C" NOT NULL,
    fee_date date NOT NULL,
    amount numeric NOT NULL,
    fee_currency text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, fee_id, recorded_at)
);

CREATE TABLE lotus_core.fx_rates (
    base_currency text COLLATE "C" NOT NULL,
    quote_currency text COLLATE "C" NOT NULL,
    rate_date date NOT NULL,
    rate numeric NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (base_currency, quote_currency, rate_date, recorded_at)
);

CREATE TABLE lotus_core.benchmarks (
    benchmark_id text COLLATE "C" NOT NULL,
    benchmark_name text COLLATE "C" NOT NULL,
    benchmark_currency text COLLATE "C" NOT NULL,
    calendar_id text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (benchmark_id, recorded_at)
);

CREATE TABLE lotus_core.benchmark_constituents (
    benchmark_id text COLLATE "C" NOT NULL,
    effective_date date NOT NULL,
    constituent_id text COLLATE "C" NOT NULL,
    weight numeric NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (benchmark_id, effective_date, constituent_id, recorded_at)
);

CREATE TABLE lotus_core.constituent_returns (
    constituent_id text COLLATE "C" NOT NULL,
    return_date date NOT NULL,
    return_local numeric NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (constituent_id, return_date, recorded_at)
);

CREATE TABLE lotus_core.benchmark_assignments (
    portfolio_id text COLLATE "C" NOT NULL,
    assignment_id text COLLATE "C" NOT NULL,
    benchmark_id text COLLATE "C" NOT NULL,
    effective_from date NOT NULL,
    effective_to date,
    version bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, assignment_id, version, recorded_at)
);

CREATE TABLE lotus_core.risk_free_rates (
    risk_free_currency text COLLATE "C" NOT NULL,
    series_mode text COLLATE "C" NOT NULL,
    rate_date date NOT NULL,
    value numeric NOT NULL,
    day_count text COLLATE "C",
    compounding text COLLATE "C",
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (risk_free_currency, series_mode, rate_date, recorded_at)
);

-- The portfolios' daily sums by currency, as differences: one row adds what its recorded_at
-- changed, so that the rows recorded up to a day add up to what was known on that day.
CREATE TABLE lotus_core.portfolio_sums (
    portfolio_id text COLLATE "C" NOT NULL,
    valuation_date date NOT NULL,
    currency text COLLATE "C" NOT NULL,
    market_value numeric NOT NULL,
    mgmt_fees numeric NOT NULL,
    begin_mv numeric NOT NULL,
    begin_mv_count bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    load_id bigint NOT NULL,
    PRIMARY KEY (portfolio_id, valuation_date, currency, recorded_at, load_id)
);
