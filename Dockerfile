# syntax=docker/dockerfile:1

# The bundle is the same for every platform: it is built once, on the platform of the builder.
# Both images stand by tag: no digest is known to hold here. Pin them where you build: docker buildx imagetools inspect NAME:TAG.
FROM --platform=$BUILDPLATFORM node:24-slim AS build
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

FROM gcr.io/distroless/nodejs24-debian13:nonroot
ARG VERSION="0.1.0"
ARG REVISION=""
LABEL org.opencontainers.image.title="tugwatch" \
      org.opencontainers.image.description="Tells on-call who is fighting over a Kubernetes workload and how to end it." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /build/dist/tugwatch.js /build/dist/package.json /build/dist/LICENSES.txt /app/
# By number: only so can the kubelet see that it is not root. It is distroless' own `nonroot`.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/tugwatch.js"]
CMD ["run"]
