# syntax=docker/dockerfile:1

# What the bundle runs in: distroless' Node 24 for users that are not root, by digest. It has no default, because each place
# has a registry, or a mirror, of its own: docker build --build-arg BASE_IMAGE=…/distroless/nodejs24-debian13:nonroot@sha256:…
# (docs/install.md says how to get the digest; the release workflow pins it in the same way.)
ARG BASE_IMAGE
ARG BUILD_IMAGE=node:24-slim

# The bundle is the same for every platform: it is built once, on the platform of the builder.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE ./
COPY scripts ./scripts
COPY src ./src
# The commit, which .dockerignore keeps from being asked: docker build --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION=""
# Beside the bundle: without a package.json that says "module", Node would parse it twice to find out.
RUN TUGWATCH_REVISION="$REVISION" npm run --silent build && echo '{"type":"module"}' > dist/package.json

FROM ${BASE_IMAGE}
ARG BASE_IMAGE
# x-release-please-start-version
ARG VERSION="0.1.0"
# x-release-please-end
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="tugwatch" \
      org.opencontainers.image.description="Tells on-call who is fighting over a Kubernetes workload and how to end it." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="$BASE_IMAGE"
COPY --from=build /build/dist/tugwatch.js /build/dist/package.json /build/dist/LICENSES.txt /app/
# By number: only so can the kubelet see that it is not root. It is distroless' own `nonroot`.
USER 65532:65532
EXPOSE 8080
# Half of what V8 and malloc would keep for the sake of speed (docs/decisions/0015-lean.md): the first lists are over soon,
# and the daemon stays.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=8", "/app/tugwatch.js"]
CMD ["run"]
