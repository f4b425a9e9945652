# syntax=docker/dockerfile:1
#
# Two images: the last stage, which holds the binary and nothing else, and `--target shell`, for
# pipelines whose jobs are scripts.
FROM rust:1.93-alpine3.22 AS build
# ring, under the TLS library, has parts in C.
# hadolint ignore=DL3018
RUN apk add --no-cache gcc musl-dev
WORKDIR /source
COPY . .
# On Alpine Rust links statically. A program that asks for a loader must not get into the images.
RUN cargo build --release --locked --bin weighstation \
    && mkdir -p /image/models /image/tmp \
    && chmod 1777 /image/tmp \
    && cp target/release/weighstation /image/weighstation \
    && readelf --program-headers /image/weighstation > /tmp/headers \
    && ! grep INTERP /tmp/headers \
    && /image/weighstation --version

FROM alpine:3.22 AS shell
LABEL org.opencontainers.image.title="weighstation" \
      org.opencontainers.image.description="The gate that a machine-learning model passes before it is merged or deployed, with a shell for jobs that are scripts" \
      org.opencontainers.image.source="https://github.com/weighstation/weighstation" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/weighstation /usr/local/bin/weighstation
USER 65532:65532
WORKDIR /models
ENTRYPOINT ["weighstation"]
CMD ["check"]

FROM scratch
LABEL org.opencontainers.image.title="weighstation" \
      org.opencontainers.image.description="The gate that a machine-learning model passes before it is merged or deployed" \
      org.opencontainers.image.source="https://github.com/weighstation/weighstation" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/ /
USER 65532:65532
WORKDIR /models
ENTRYPOINT ["/weighstation"]
CMD ["check"]
