# The product: Dagster's UI and daemon, with the embedded database and source unless told otherwise.
FROM python:3.11-slim-bookworm AS base
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# Git reads commits; it and the certificates are Debian's, patched with it, so not pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 lotus \
    && install --directory --owner lotus --group lotus /data /srv/lotus-assets
WORKDIR /srv/lotus-assets

# What CI does (docker-compose.ci-local.yml).
FROM base AS ci
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core make \
    && rm -rf /var/lib/apt/lists/*
USER 10001
COPY --chown=lotus:lotus . .
RUN make install
CMD ["make", "ci-local"]

FROM base AS product
COPY .ci/install .ci/install
COPY requirements.lock requirements-dev.lock ./
RUN .ci/install python3.11 /opt/lotus requirements.lock && rm -rf /root/.cache
COPY dagster.yaml workspace.yaml ./
COPY lotus_assets lotus_assets
RUN /opt/lotus/bin/python -m compileall -q lotus_assets
ENV PATH=/opt/lotus/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TEM_DATA_DIR=/data/lotus \
    TEM_EXPORT_DIR=/data/exports
USER 10001
VOLUME /data
EXPOSE 3000 8000 8001
# The first start makes the database and the sample organisation.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5m --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/server_info', timeout=4)"]
# Inside a container the loopback address is reached by nobody; who may reach the ports is decided
# where they are published.
CMD ["python", "-m", "lotus_assets", "dev", "--host", "0.0.0.0"]
