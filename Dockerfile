# The pages are built by Node, which stays behind; the product runs as an ordinary user.

FROM node:22-slim AS pages
WORKDIR /pages
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.12-slim AS packages
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home earpiece && install -d -o earpiece -g earpiece /data
COPY --from=packages /venv /venv
WORKDIR /earpiece
COPY alembic.ini celeryconfig.py ./
COPY app/ app/
COPY workers/ workers/
COPY data/ data/
COPY --from=pages /pages/dist frontend/dist
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER earpiece
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "app/web.py", "app.api.factory:create_app()"]
