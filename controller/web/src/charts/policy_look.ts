// Colour and dash of a policy, the same in every chart. Known policies have their own, so that two
// reports can be laid beside each other; others take what is left.
import { isDark } from '../map/colours';

interface Look {
  light: string;
  dark: string;
  dash: number[];
}

const KNOWN: Record<string, Look> = {
  'shortest-path': { light: '#c2500a', dark: '#ff9a52', dash: [] },
  ecmp: { light: '#8a6d9e', dark: '#c9a9e0', dash: [2, 3] },
  cspf: { light: '#9a7b10', dark: '#dfc04a', dash: [8, 4] },
  widest: { light: '#7a5c3a', dark: '#cdb08a', dash: [8, 3, 2, 3] },
  'lp-previous': { light: '#1f6fb2', dark: '#6db6f2', dash: [5, 3] },
  'lp-robust': { light: '#5a4fcf', dark: '#a9a2ff', dash: [6, 2, 2, 2] },
  neural: { light: '#00796b', dark: '#4fd1c5', dash: [] },
  'lp-omniscient': { light: '#5b6775', dark: '#97a5b5', dash: [1, 3] },
};

const OTHERS: Look[] = [
  { light: '#004d80', dark: '#9bd0ff', dash: [10, 3] },
  { light: '#8c2d64', dark: '#f29bcb', dash: [4, 2] },
  { light: '#4d6600', dark: '#bfd96b', dash: [3, 3] },
];

export class PolicyLooks {
  private readonly looks = new Map<string, Look>();

  // In a comparison the second of a name takes what is left.
  constructor(names: string[]) {
    let spare = 0;
    for (const name of names) {
      const base = name.replace(/^[AB] · /, '').split(':')[0];
      const taken = [...this.looks.keys()].some((other) => this.looks.get(other) === KNOWN[base]);
      const look = base in KNOWN && !taken ? KNOWN[base] : OTHERS[spare++ % OTHERS.length];
      this.looks.set(name, look);
    }
  }

  colour(name: string): string {
    const look = this.looks.get(name) ?? KNOWN['lp-omniscient'];
    return isDark() ? look.dark : look.light;
  }

  dash(name: string): number[] {
    return this.looks.get(name)?.dash ?? [];
  }
}
