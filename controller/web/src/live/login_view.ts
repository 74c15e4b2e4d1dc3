// Asks for a token, sends it once, and forgets it: the server answers with a cookie that scripts
// cannot read.
import { ApiError, call, type Session } from './api';
import { make } from './dom';

export class LoginView {
  readonly element: HTMLElement;
  private readonly input = make('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: '',
  });
  private readonly fault = make('p', { class: 'fault', role: 'alert' });
  private readonly button = make('button', { type: 'submit', text: 'Log in' });

  constructor(private readonly onLogin: (session: Session) => void) {
    const form = make(
      'form',
      {},
      make('h1', { text: 'Rhumb' }),
      make('label', { for: 'token', text: 'Token' }),
      this.input,
      this.button,
      this.fault,
      make('p', { class: 'sub', text: 'Tokens are made with `rhumb token add`, by whoever runs this controller.' }),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.element = make('main', { class: 'login' }, make('div', { class: 'card' }, form));
  }

  show(): void {
    this.element.hidden = false;
    this.input.focus();
  }
  hide(): void {
    this.element.hidden = true;
    this.fault.textContent = '';
  }

  private async submit(): Promise<void> {
    const token = this.input.value.trim();
    this.input.value = '';
    this.button.disabled = true;
    try {
      this.onLogin(await call<Session>('login', { token }));
    } catch (error) {
      this.fault.textContent =
        error instanceof ApiError && error.status === 401
          ? 'This token is not known here.'
          : `It did not work: ${error instanceof Error ? error.message : 'no answer'}`;
      this.input.focus();
    } finally {
      this.button.disabled = false;
    }
  }
}
