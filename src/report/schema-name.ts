/** What a report calls itself. Apart from its schema, which only those who read reports need. */
export const REPORT_SCHEMA = 'tugwatch.report/v1';
