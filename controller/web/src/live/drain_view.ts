// Takes a link out of routing, or back into it. Nothing happens to a link before its consequences
// have been shown, of the network as it still is.
import { plainName } from '../data/text';
import type { MapPicture, LinkState } from '../map/picture';
import { ApiError, call, change, type EvaluatePlanResponse } from './api';
import { card, make } from './dom';
import { DrainPreview } from './drain_preview';

type Act = 'drain' | 'undrain';

// The network that previews are of.
export interface DrainNetwork {
  readonly picture: MapPicture | null;
  stateOf(link: number): LinkState;
}

export class DrainView {
  readonly element: HTMLElement;
  readonly preview = new DrainPreview();
  private readonly link = make('input', { id: 'link', list: 'links', autocomplete: 'off', spellcheck: 'false' });
  private readonly links = make('datalist', { id: 'links' });
  private readonly reason = make('input', { id: 'reason', autocomplete: 'off', maxlength: '400' });
  private readonly look: Record<Act, HTMLButtonElement> = {
    drain: make('button', { text: 'Preview drain' }),
    undrain: make('button', { text: 'Preview undrain' }),
  };
  private readonly act = make('button', { class: 'act', text: 'Drain' });
  private readonly said = make('p', { class: 'said', role: 'status' });
  private seen: { act: Act; link: string; topology: number } | null = null;
  private asked = 0; // counts previews, so that a late answer is not taken for another question's
  private policy = '';
  private topology = 0;

  constructor(private readonly network: DrainNetwork) {
    const parts = card('Drain', 'Choose a link on a map above, or name it: A>B is one direction, A-B both. Look at the preview, then drain.');
    this.element = parts.element;
    this.element.classList.add('drain');
    this.act.disabled = true;
    parts.body.append(
      make('div', { class: 'form' },
        make('label', { for: 'link', text: 'Link' }), this.link, this.links,
        make('label', { for: 'reason', text: 'Reason' }), this.reason,
        make('div', { class: 'actions' }, this.look.drain, this.look.undrain, this.act)),
      this.said,
      this.preview.element,
    );
    for (const act of ['drain', 'undrain'] as const) {
      this.look[act].addEventListener('click', () => void this.show(act));
    }
    this.act.addEventListener('click', () => void this.do());
    this.link.addEventListener('input', () => this.forget(''));
  }

  pick(link: string): void {
    if (this.link.value === link) return;
    this.link.value = link;
    this.forget('');
  }

  setLinks(names: string[]): void {
    this.forget('');
    this.links.replaceChildren(...names.slice(0, 5000).map((name) => make('option', { value: name })));
  }

  // A preview is of one network; another one needs another look.
  setTopologyVersion(version: number): void {
    this.topology = version;
    if (this.seen !== null && this.seen.topology !== version) this.forget('The network has changed since: look again.');
  }

  setPolicy(policy: string): void {
    this.policy = policy;
  }

  private forget(why: string): void {
    this.asked++;
    this.seen = null;
    this.act.disabled = true;
    this.preview.clear();
    this.said.textContent = why;
  }

  private async show(act: Act): Promise<void> {
    const link = this.link.value.trim();
    if (link === '') return this.forget('Name a link, or click one on the map; A-B means both directions.');
    this.forget('Computing …');
    const asked = this.asked;
    try {
      const { answer, decidedBy } = await this.evaluate(act, link);
      if (this.asked !== asked) return;
      const { picture } = this.network;
      const topology = Number(answer.topologyVersion);
      if (picture === null || topology < this.topology || answer.then.loads.length !== picture.links.length) {
        return this.forget('The network has changed since: look again.');
      }
      this.said.textContent = '';
      const stateOf = (i: number) => this.network.stateOf(i);
      this.preview.show({ picture, stateOf, act, link, answer, decidedBy });
      this.seen = { act, link, topology };
    } catch (error) {
      if (this.asked === asked) this.forget(error instanceof Error ? error.message : 'no answer');
      return;
    }
    this.act.textContent = act === 'drain' ? `Drain ${plainName(link)}` : `Undrain ${plainName(link)}`;
    this.act.disabled = false;
  }

  private async evaluate(act: Act, link: string): Promise<{ answer: EvaluatePlanResponse; decidedBy: string }> {
    const request = act === 'drain' ? { drainedLinks: [link] } : { undrainedLinks: [link] };
    try {
      const answer = await call<EvaluatePlanResponse>('evaluate', { ...request, policy: this.policy });
      return { answer, decidedBy: `as ${plainName(this.policy)} would decide` };
    } catch (error) {
      // A policy of the configuration that callers may not name.
      if (!(error instanceof ApiError) || error.field !== 'policy') throw error;
    }
    const answer = await call<EvaluatePlanResponse>('evaluate', request);
    return { answer, decidedBy: 'the plan in force, led around the link' };
  }

  private async do(): Promise<void> {
    const seen = this.seen;
    if (seen === null) return;
    this.forget('');
    const reason = this.reason.value;
    this.said.textContent = await change(seen.act, { link: seen.link, comment: reason }, `${plainName(seen.link)} is ${seen.act}ed`);
  }
}
