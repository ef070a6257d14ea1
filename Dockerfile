# syntax=docker/dockerfile:1

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /opt/backend-coordinator
COPY package.json package-lock.json ./
# No install script is needed: native parts come prebuilt, and the build below is ours.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run -s build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20.20.2-bookworm-slim AS runtime
# Programs some target repositories need, such as "python3 python3-pip python3-venv" or "openjdk-17-jdk-headless maven".
ARG EXTRA_PACKAGES=""
RUN apt-get update \
  && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git tini ${EXTRA_PACKAGES} \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node --mode=0700 /var/lib/backend-coordinator \
  && ln -s /opt/backend-coordinator/bin/backend-coordinator.js /usr/local/bin/backend-coordinator
WORKDIR /opt/backend-coordinator
COPY --from=build /opt/backend-coordinator/package.json ./
COPY --from=build /opt/backend-coordinator/node_modules ./node_modules
COPY --from=build /opt/backend-coordinator/dist ./dist
COPY bin ./bin
COPY agents ./agents
COPY playbooks ./playbooks
COPY recorders ./recorders
COPY examples ./examples
COPY LICENSE ./
ENV COORDINATOR_HOME=/var/lib/backend-coordinator
VOLUME /var/lib/backend-coordinator
USER node
ENTRYPOINT ["tini", "--", "backend-coordinator"]
CMD ["worker"]
