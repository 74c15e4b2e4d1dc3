// The licences of the libraries that a page holds, which must stay with every copy: a comment at its end.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

export function licences(): Plugin {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  const holders = new Map<string, string[]>(); // by text
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    const file = join(path, 'LICENSE');
    if (path === '' || dev || !existsSync(file)) continue;
    const text = readFileSync(file, 'utf8').trim().replaceAll('--', '- -');
    holders.set(text, [...(holders.get(text) ?? []), path.replace('node_modules/', '')]);
  }
  const all = [...holders].map(([text, names]) => `${names.join(', ')}:\n\n${text}`).join('\n\n');
  return {
    name: 'licences',
    transformIndexHtml: { order: 'post', handler: (html) => `${html.trimEnd()}\n<!--\nThis page holds\n\n${all}\n-->\n` },
  };
}
