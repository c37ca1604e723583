# The server as an image: `docker build -t emostream .` in this folder; docs/deploying.md says how to run it. Each platform
# (linux/amd64, linux/arm64) is built on a machine of its own kind or under emulation: the worker is compiled for it.

FROM node:22-bookworm-slim AS base
WORKDIR /opt/emostream

# mediasoup's worker: its prebuilt binary, or minutes of compiling. Nothing but this stage's few files makes it anew.
FROM base AS worker
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY scripts/setup.mjs scripts/
COPY scripts/setup scripts/setup
COPY scripts/mediasoup-worker scripts/mediasoup-worker
RUN node scripts/setup.mjs worker \
 && install -m 755 -D -t /opt/worker /root/.cache/emostream/mediasoup-worker/*/mediasoup-worker

FROM worker AS build
COPY . .
RUN node scripts/setup.mjs build \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/mediasoup/worker \
 && find node_modules/@vladmandic/human/models -type f ! -name 'blazeface*' -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' \) -delete

FROM base
# What the worker is linked with, certificates for fetching models, and a first process that reaps what others leave.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libabsl20220623 libsrtp2-1 libssl3 libuv1 tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 1000 -g 1000 /var/cache/emostream /var/lib/emostream
COPY --from=worker /opt/worker/mediasoup-worker /usr/local/bin/
COPY --from=build /opt/emostream/node_modules node_modules
COPY --from=build /opt/emostream/dist/src dist/src
COPY --from=build /opt/emostream/dist/client dist/client
COPY package.json LICENSE ./
COPY models models
COPY deploy/healthy.mjs deploy/
# Models and engines that are fetched lie in $XDG_CACHE_HOME/emostream. npm, which fetches some of them, writes to /tmp alone.
ENV NODE_ENV=production \
    EMOSTREAM_HOST=0.0.0.0 \
    EMOSTREAM_RTC_PORT=20000 \
    MEDIASOUP_WORKER_BIN=/usr/local/bin/mediasoup-worker \
    XDG_CACHE_HOME=/var/cache \
    npm_config_cache=/tmp/npm
USER 1000:1000
VOLUME ["/var/cache/emostream", "/var/lib/emostream"]
EXPOSE 8080/tcp 9464/tcp 20000/udp 20000/tcp
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "deploy/healthy.mjs"]
ENTRYPOINT ["tini", "--", "node", "dist/src/cli/main.js"]
CMD ["serve"]
