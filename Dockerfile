# One image for every program: the package that "npm run build" makes, and Node. No test, no source, no npm install in it.
FROM node:26-slim AS build
WORKDIR /build
# What is installed changes with these files alone.
COPY package.json package-lock.json ./
COPY authority/package.json authority/
COPY bot/package.json bot/
COPY broker/package.json broker/
COPY cli/package.json cli/
COPY executor/package.json executor/
COPY protocol/package.json protocol/
COPY runtime/package.json runtime/
COPY sandbox/package.json sandbox/
COPY strategy-engine/package.json strategy-engine/
COPY venue/package.json venue/
RUN npm ci --no-audit --no-fund
COPY . .
# Whatever the modes of the checkout: read by all, written by nobody but root.
RUN npm run build && chmod -R u=rwX,go=rX dist/keyside

FROM node:26-slim
LABEL org.opencontainers.image.title="Keyside" org.opencontainers.image.licenses="MIT"
COPY --from=build /build/dist/keyside /app
ENV KEYSIDE_HOME=/keyside
USER 1000:1000
ENTRYPOINT ["node", "--disable-sigusr1", "/app/cli/main.js"]
CMD ["--help"]
