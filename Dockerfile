# syntax=docker/dockerfile:1
FROM rust:1.93-alpine3.22 AS build
# ring, under the TLS library, has parts in C.
# hadolint ignore=DL3018
RUN apk add --no-cache gcc musl-dev
WORKDIR /source
COPY . .
RUN cargo build --release --locked --bin weighstation \
    && mkdir -p /image/models /image/tmp \
    && chmod 1777 /image/tmp \
    && cp target/release/weighstation /image/weighstation

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
