declare module "redis3" {
  /** Bottleneck takes the package as it is. */
  const redis: unknown
  export default redis
}
