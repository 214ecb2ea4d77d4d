export const baseUrl = process.env.BENCH_URL ?? "http://127.0.0.1:4010"

export const token = "pat-na1-00000000-0000-0000-0000-000000000000"
