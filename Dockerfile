# The image of the web server, the worker and beat; docker-compose.yml says which one runs.
FROM python:3.11.15-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/srv/static

# What WeasyPrint sets type with, and a font for the signs that ours has not.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# A fixed number, so that the files of secrets can be given to it on the host.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin imtplan

WORKDIR /srv/imtplan

# The packages before the code: they change less often, and their layer is kept.
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/base.txt

COPY . .
# Python's byte code and the compressed static files are made once, here. Neither the database nor
# the queue is asked, nobody is served, and the key is thrown away.
RUN python -m compileall -q imtplan objectives levers projects indicators \
    && SECRET_KEY=only-to-build-the-static-files-and-of-no-worth-afterwards SECURE=false \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build/0 \
    python manage.py collectstatic --no-input --verbosity 0

USER imtplan
EXPOSE 8000
CMD ["gunicorn", "imtplan.wsgi:application", "--bind", "0.0.0.0:8000"]
