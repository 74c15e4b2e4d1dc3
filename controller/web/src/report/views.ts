// How the two policies are compared on maps: side by side, flipped in place, or their difference;
// chosen by buttons and by keys.
import { element } from '../charts/elements';
import type { View, ViewState } from './state';

const VIEWS: { view: View; text: string; key: string }[] = [
  { view: 'both', text: 'Side by side (S)', key: 's' },
  { view: 'flip', text: 'Flip in place (F)', key: 'f' },
  { view: 'difference', text: 'Difference (D)', key: 'd' },
];

export function viewSwitch(state: ViewState): HTMLElement {
  const group = element('div', 'views');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'how the maps compare');
  const buttons = VIEWS.map(({ view, text, key }) => {
    const button = element('button', '', text);
    button.setAttribute('aria-keyshortcuts', key.toUpperCase());
    button.onclick = () => state.look(view);
    group.append(button);
    return button;
  });
  const follow = () =>
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(VIEWS[i].view === state.view)));
  follow();
  state.onChange(follow);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const chosen = VIEWS.find(({ key }) => key === event.key.toLowerCase());
    if (chosen === undefined) return;
    // F once more is the other policy.
    if (chosen.view === 'flip' && state.view === 'flip') state.flip();
    else state.look(chosen.view);
    event.preventDefault();
  });
  return group;
}
