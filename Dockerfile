# The service and the rewards, without torch. See docs/operations.md for how to run it.
# tests/image_steps.sh carries out the same steps without Docker: change both together.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/touchstone
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY rewards rewards
COPY service service
COPY trainer_client trainer_client
RUN /opt/touchstone/bin/python -m pip install --constraint requirements.lock '.[service,postgres,otel]'

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir / --shell /usr/sbin/nologin touchstone
COPY --from=build /opt/touchstone /opt/touchstone
# Binding every address needs a key: without TOUCHSTONE_API_KEY the container says so and exits with 2.
ENV PATH=/opt/touchstone/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TOUCHSTONE_DATA=/var/lib/touchstone \
    TOUCHSTONE_HOST=0.0.0.0 \
    TOUCHSTONE_PORT=8400
RUN install --directory --mode 700 --owner 10001 --group 10001 /var/lib/touchstone
VOLUME /var/lib/touchstone
# The service writes nothing but that and a socket under /tmp, so the root file system may be read-only.
WORKDIR /opt/touchstone
USER 10001:10001
EXPOSE 8400
# No proxy, whatever the environment says: the check asks this container.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['TOUCHSTONE_PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "service"]
