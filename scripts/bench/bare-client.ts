/**
 * What listing costs without Tugwatch: pages of the same lists, side by side, through undici, each parsed with JSON.parse
 * and let go. Argument: address, then paths. Says how many objects it saw.
 */
import { Agent, request } from 'undici';

const [server = '', ...paths] = process.argv.slice(2);
const dispatcher = new Agent({ allowH2: false });

async function countObjects(path: string): Promise<number> {
  let seen = 0;
  let token = '';
  do {
    const url = `${server}${path}?limit=500${token === '' ? '' : `&continue=${token}`}`;
    const { body } = await request(url, { dispatcher });
    const page = JSON.parse(await body.text()) as { items: unknown[]; metadata: { continue?: string } };
    seen += page.items.length;
    token = page.metadata.continue ?? '';
  } while (token !== '');
  return seen;
}

const counts = await Promise.all(paths.map(countObjects));
process.stdout.write(`${counts.reduce((sum, count) => sum + count, 0)}\n`);
process.exit(0);
