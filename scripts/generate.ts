/** `npm run generate`: writes every file that is made from another. Tests fail while one of them is out of date. */
await import('./rules.ts');
await import('./dashboards.ts');
await import('./configuration.ts');
await import('./messages.ts');
