/** The version, as package.json has it; a test keeps the two equal. */
export const VERSION = '0.1.0'; // x-release-please-version

/** The commit a build was made from; the bundle has it written in, a checkout does not know. */
export const REVISION = process.env['TUGWATCH_REVISION'] || 'unknown';
