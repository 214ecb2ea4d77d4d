import { defineConfig } from "vitest/config"

const report = process.env.VITEST_REPORT

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
    coverage: {
      include: ["packages/resilience/src/**"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "node_modules/.cache/coverage"
    },
    ...(report ? { reporters: ["default", ["json", { outputFile: report }]] } : {})
  }
})
