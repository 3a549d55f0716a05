# The full Debian image contains the compiler that SQLite needs on platforms without a prebuilt binary.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json ./client/package.json
COPY web/package.json ./web/package.json
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY client ./client
COPY web ./web
COPY scripts/build.mjs ./scripts/build.mjs
RUN npm run build
RUN npm prune --omit=dev --workspaces=false --no-audit --no-fund

FROM node:24-bookworm-slim
# tini runs as PID 1: it reaps zombie processes and forwards SIGTERM to Node, which does neither as PID 1.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/web/dist ./web/dist
COPY scripts/healthcheck.mjs ./scripts/healthcheck.mjs
# No VOLUME: the platform decides what to mount here, and Railway's builder rejects the instruction.
RUN install -d -o node -g node /data
ENV NODE_ENV=production DATA_DIR=/data PORT=3000
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=2s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
