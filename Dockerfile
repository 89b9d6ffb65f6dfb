# One image for every program: the workspace itself, since Node runs its TypeScript as it stands.
FROM node:26-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libsecret-1-0 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund
ENV KEYSIDE_HOME=/keyside
USER 1000:1000
ENTRYPOINT ["node", "--disable-sigusr1", "/app/cli/main.js"]
CMD ["--help"]
