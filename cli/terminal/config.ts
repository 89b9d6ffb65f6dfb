// The one place of the command line that reads the environment.

export const environment: NodeJS.ProcessEnv = process.env
