// The choice of a policy for one side. Several may stand for the same side; all show what is chosen.
import { element } from '../charts/elements';
import { plainName } from '../data/text';
import type { Side, ViewState } from './state';

export function policySelect(state: ViewState, side: Side, label: string): HTMLSelectElement {
  const { policies } = state.report;
  const select = element('select');
  select.setAttribute('aria-label', label);
  policies.forEach((policy, i) => {
    const option = element('option', '', plainName(policy.name));
    option.value = String(i);
    select.append(option);
  });
  const follow = () => {
    select.value = String(policies.indexOf(state.policy(side)));
  };
  follow();
  select.onchange = () => void state.show(side, policies[Number(select.value)]);
  state.onChange(follow);
  return select;
}
