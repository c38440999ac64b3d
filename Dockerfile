# boocode as one file on Debian. Build: docker build -t boocode .   Run: see docs/operations.md.

FROM node:20-bookworm-slim AS build
WORKDIR /src
# Bun and the packages change seldom: their layer is kept while only sources change.
COPY package.json bun.lock ./
COPY scripts/toolchain.sh scripts/
RUN root=/src && . scripts/toolchain.sh && use_bun && use_packages serve
COPY . .
RUN npm run build

FROM debian:bookworm-slim
# tini reaps what agents leave behind; git is what sessions work with; curl asks for health.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl git tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 boocode \
 && install -d -m 700 -o boocode -g boocode /data
COPY --from=build /src/dist/boocode /usr/local/bin/boocode
USER boocode
ENV BOOCODE_DATA_DIR=/data
VOLUME /data
EXPOSE 4690
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD curl -fsS http://127.0.0.1:4690/health || exit 1
ENTRYPOINT ["tini", "--", "boocode"]
CMD ["serve", "--host", "0.0.0.0", "--data-dir", "/data"]
