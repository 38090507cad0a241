/** Bad configuration, in one sentence that says where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
