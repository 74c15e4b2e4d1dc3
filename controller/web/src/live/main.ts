// The live page: what the network carries, what was decided for it and why, and for operators what
// they may change.
import { milliseconds, percent, plainName, rate } from '../data/text';
import '../style/theme.css';
import { call, session, type Session } from './api';
import { ago, clock, make, setText } from './dom';
import { DrainView } from './drain_view';
import './live.css';
import { LoginView } from './login_view';
import { MapsView } from './maps_view';
import type { FromWorker, ToWorker } from './messages';
import { OperatorView } from './operator_view';
import { AdaptersView, LogView } from './side_views';
import { LiveState } from './state';
import type { Connection } from './stream';
import { TimelineView } from './timeline_view';
import { WhyView } from './why_view';
import type { WeatherMap } from '../map/weather_map';

class Page {
  private readonly state = new LiveState();
  private connection: Connection = 'connecting';
  private heardAt = 0;
  private who: Session | null = null;
  private frame = 0;
  private readonly worker: { postMessage(message: ToWorker): void };

  private readonly banner = make('div', { class: 'banner', role: 'alert' });
  private readonly network = make('h1', { text: 'Rhumb live' });
  private readonly telemetry = make('span', { class: 'chip' });
  private readonly user = make('span', { class: 'user' });
  private readonly logout = make('button', { text: 'Log out' });
  private readonly theme = make('button', { text: 'Dark' });
  private readonly verdict = make('p', { class: 'verdict', 'aria-live': 'polite' });
  private readonly facts = make('dl', { class: 'facts' });
  private readonly maps = new MapsView((link) => this.pick(link));
  private readonly timeline = new TimelineView();
  private readonly why = new WhyView(() => ({
    highlight: (now, shadow) => this.maps.highlight(now, shadow),
    pin:
      this.operate === null
        ? null
        : (demand, paths) =>
            this.operate!.change(
              'pin',
              {
                source: demand.source,
                destination: demand.destination,
                paths: paths.map(({ links, ratio }) => ({ links, ratio })),
              },
              'pinned',
            ),
  }));
  private readonly adapters = new AdaptersView();
  private readonly log = new LogView();
  // Null for all but operators.
  private operate: OperatorView | null = null;
  private drain: DrainView | null = null;
  private readonly side = make('div', { class: 'grid' });
  private readonly main = make('main', { id: 'page' });
  private readonly login = new LoginView((who) => {
    this.enter(who);
    this.worker.postMessage('again');
  });

  constructor(root: HTMLElement) {
    const brand = make('span', { class: 'brand', text: 'Rhumb' });
    const header = make('header', {}, brand, this.network, this.telemetry, make('span', { class: 'gap' }),
      this.user, this.logout, this.theme);
    this.side.append(this.why.element, this.adapters.element, this.log.element);
    this.main.append(header, this.verdict, this.facts, this.maps.element, this.timeline.element, this.side);
    root.append(this.banner, this.login.element, this.main);
    this.banner.hidden = this.login.element.hidden = true;
    this.logout.hidden = true;
    this.logout.addEventListener('click', () => void this.leave());
    this.theme.addEventListener('click', () => this.setTheme(document.documentElement.dataset.theme !== 'dark'));
    this.setTheme(window.matchMedia('(prefers-color-scheme: dark)').matches);
    this.lightOnPaper();
    this.worker = this.join();
    setInterval(() => this.tick(), 500);
    // The cookie lives half an hour; whoever is here stays.
    setInterval(() => void this.askWho(), 10 * 60_000);
    void this.askWho();
    Object.assign(window, { rhumb: { mapOf: (name: string) => this.mapOf(name) } });
  }

  private join(): { postMessage(message: ToWorker): void } {
    const take = (event: MessageEvent<FromWorker>) => this.take(event.data);
    if ('SharedWorker' in window) {
      const worker = new SharedWorker('/live-worker.js', { type: 'module', name: 'rhumb' });
      worker.port.onmessage = take;
      window.addEventListener('pagehide', () => worker.port.postMessage('leave'));
      return worker.port;
    }
    const worker = new Worker('/live-worker.js', { type: 'module' });
    worker.onmessage = take;
    return worker;
  }

  private take(message: FromWorker): void {
    if (message.type === 'reset') this.state.reset();
    else if (message.type === 'events') {
      for (const [kind, data] of message.events) this.state.take(kind, data);
    } else {
      const before = this.connection;
      this.connection = message.connection;
      this.heardAt = message.heardAt;
      if (message.connection === 'login') void this.askWho();
      else if (before === 'login') this.login.hide();
      this.tick();
    }
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private async askWho(): Promise<void> {
    try {
      const who = await session();
      if (who.role !== '') return this.enter(who);
    } catch {
      return; // The banner says that nobody answers.
    }
    this.who = null;
    this.setOperator(false);
    this.main.hidden = true;
    this.login.show();
    this.tick();
  }

  private enter(who: Session): void {
    const same = this.who !== null && this.who.name === who.name && this.who.role === who.role;
    this.who = who;
    this.main.hidden = false;
    this.login.hide();
    setText(this.user, who.tokens ? `${plainName(who.name)}, ${who.role}` : 'no tokens: everybody is an operator');
    this.logout.hidden = !who.tokens;
    if (same) return;
    this.setOperator(who.role === 'operator');
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private setOperator(operator: boolean): void {
    for (const view of [this.operate, this.drain]) view?.element.remove();
    this.operate = operator ? new OperatorView() : null;
    this.drain = operator ? new DrainView(this.maps) : null;
    if (this.operate === null || this.drain === null) return;
    this.maps.element.after(this.drain.element);
    this.side.prepend(this.operate.element);
    this.operate.refreshAudit();
    for (const kind of ['topology', 'links', 'status', 'plan']) this.state.changed.add(kind);
  }

  // For tests that look at pixels.
  private mapOf(name: string): WeatherMap | null {
    if (name === 'now' || name === 'shadow') return this.maps.maps[name];
    const which = name.replace('preview-', '') as 'now' | 'then' | 'shortest';
    return this.drain?.preview.paneOf(which)?.map ?? null;
  }

  private async leave(): Promise<void> {
    try {
      await call('logout');
    } finally {
      this.worker.postMessage('again');
      await this.askWho();
    }
  }

  private setTheme(dark: boolean): void {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    this.theme.textContent = dark ? 'Light' : 'Dark';
    this.maps.themeChanged();
    this.drain?.preview.themeChanged();
  }

  private lightOnPaper(): void {
    window.addEventListener('beforeprint', () => {
      const dark = document.documentElement.dataset.theme === 'dark';
      this.setTheme(false);
      window.addEventListener('afterprint', () => this.setTheme(dark), { once: true });
    });
  }

  private pick(link: number): void {
    const name = this.maps.picture?.links[link]?.name;
    if (name !== undefined) this.drain?.pick(name);
  }

  // What only time changes: ages, and whether anything is still heard.
  private tick(): void {
    const lost = this.connection === 'lost';
    this.banner.hidden = !lost || this.who === null;
    document.body.classList.toggle('lost', lost);
    if (lost) {
      setText(
        this.banner,
        this.heardAt === 0
          ? 'The controller does not answer. Trying again …'
          : `Connection lost: last heard ${ago((Date.now() - this.heardAt) / 1e3)} ago. What is below is from then. Trying again …`,
      );
    }
    const { ping, status } = this.state.latest;
    const age = ping?.telemetry_age_s;
    const since = (Date.now() - this.state.pingAt) / 1e3;
    const fresh = status?.telemetry ?? 'none';
    const busy = ping?.busy_s;
    setText(
      this.telemetry,
      busy !== undefined
        ? `the controller is busy: what is below is ${ago(busy + since)} old`
        : age === undefined
          ? 'no telemetry yet'
          : `telemetry ${ago(age + since)} old${fresh === 'fresh' ? '' : `, ${fresh}`}`,
    );
    this.telemetry.className = `chip ${busy !== undefined || fresh === 'stale' || fresh === 'lost' ? 'bad' : ''}`;
  }

  private draw(): void {
    this.frame = 0;
    const { changed, latest } = this.state;
    const any = (...kinds: string[]) => kinds.some((kind) => changed.has(kind));
    if (any('topology')) {
      this.maps.setTopology(latest.topology);
      setText(this.network, latest.topology === undefined ? 'no network yet' : plainName(latest.topology.name));
      document.title = latest.topology === undefined ? 'Rhumb' : `${plainName(latest.topology.name).slice(0, 60)} · Rhumb`;
      this.drain?.setLinks(latest.topology?.links.map((link) => link[4]) ?? []);
    }
    if (any('topology', 'links')) {
      this.maps.setLinks(latest.links);
      this.drain?.setTopologyVersion(latest.links?.topology_version ?? 0);
    }
    if (any('topology', 'loads')) this.maps.setLoads(latest.loads);
    if (any('point', 'verdict')) this.timeline.show(this.state.points, this.state.verdicts);
    if (any('plan')) this.why.show(latest.plan);
    if (any('adapters', 'plan', 'ping')) this.adapters.show(latest.adapters, latest.plan, latest.ping?.t ?? Date.now());
    if (any('note')) this.log.show(this.state.notes);
    if (any('status')) {
      this.operate?.setStatus(latest.status);
      this.drain?.setPolicy(latest.status?.policy ?? '');
    }
    if (any('plan')) this.operate?.setPlan(latest.plan);
    if (any('note')) this.operate?.refreshAudit();
    if (any('loads', 'links', 'plan', 'status', 'adapters', 'topology')) this.drawFacts();
    changed.clear();
    this.tick();
  }

  private drawFacts(): void {
    const { loads, links, plan, status, adapters } = this.state.latest;
    const failed = links?.failed.length ?? 0;
    const drained = links?.drained.length ?? 0;
    let text = 'Waiting for a network: no adapter has declared one yet.';
    if (this.state.latest.topology !== undefined) text = 'Waiting for telemetry.';
    if (loads !== undefined) {
      // What is lost on the way is not measured further on, so only calculation compares with calculation.
      const less = 1 - loads.planned_mlu / loads.shortest_mlu;
      const drawn = loads.computed ? '' : `, measured; by calculation on the same traffic ${percent(loads.planned_mlu)}`;
      text = `Busiest link: ${percent(loads.mlu)} of its capacity${drawn}. Shortest path: ${percent(loads.shortest_mlu)}`;
      text += Math.abs(less) < 0.005 ? ', as much.' : `; the plan is ${percent(Math.abs(less))} ${less > 0 ? 'below' : 'above'} that.`;
    }
    if (failed > 0) text += ` ${failed} ${failed === 1 ? 'link has' : 'links have'} failed.`;
    if (drained > 0) text += ` ${drained} ${drained === 1 ? 'link is' : 'links are'} drained.`;
    setText(this.verdict, text);
    const size = status?.plan_size;
    const took = (seconds: number | null | undefined) => (seconds == null ? '–' : milliseconds(seconds * 1e3));
    const behind = adapters?.rows.filter((row) => plan !== undefined && row.in_force < plan.version).length ?? 0;
    const rows: [string, string][] = [
      ['plan', plan === undefined ? '–' : `version ${plan.version}, because of: ${plan.reason}, at ${clock(plan.decided_ms)}`],
      ['decided from', plan === undefined ? '–' : `network version ${plan.topology_version}, traffic version ${plan.traffic_version}`],
      ['policy', (status?.policy ?? '–') + (plan?.note ? `: ${plan.note}` : '')],
      ['decision', `policy ${took(plan?.policy_s)}, guard ${took(plan?.guard_s)}, first answer to a failure ${took(plan?.reroute_s)}`],
      ['guard', plan === undefined ? '–' : plan.guard.explanation || plan.guard.outcome],
      ['moved', plan === undefined ? '–' : `${percent(plan.guard.moved_share)} of all traffic, by the latest plan`],
      ['adapters', adapters === undefined ? '–' : behind === 0 ? `${adapters.count}, all up to date` : `${adapters.count}, ${behind} behind`],
      ['traffic', status === undefined ? '–' : `${rate(status.total_demand_bps)}, ${percent(status.measured_share)} measured`],
      ['to install', size === undefined ? '–' : `${size.paths_per_demand.toFixed(1)} paths a demand, shares of ${percent(size.least_share)} and more, at most ${size.most_entries} entries a node`],
      ['controller', status === undefined ? '–' : `rhumb ${status.version}, since ${new Date(status.started_ms).toLocaleString()}${status.ready ? '' : ', not ready'}`],
      ['store', status === undefined ? '–' : status.store.healthy ? `${status.store.kind}, works` : status.store.problem],
    ];
    const children = rows.flatMap(([name, value]) => [make('dt', { text: name }), make('dd', {}, make('bdi', { text: plainName(value) }))]);
    this.facts.replaceChildren(...children);
  }
}

new Page(document.getElementById('app')!);
