import { defineConfig } from "vitest/config"

const report = process.env.VITEST_REPORT

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
    ...(report ? { reporters: ["default", ["json", { outputFile: report }]] } : {})
  }
})
