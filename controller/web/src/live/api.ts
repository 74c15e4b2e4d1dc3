// Calls of the server, as JSON. The session is a cookie that scripts cannot read.

export interface Session {
  name: string;
  role: '' | 'viewer' | 'adapter' | 'operator'; // '': nobody is logged in
  tokens: boolean; // callers must show one
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly field = '', // of the request, that is wrong
  ) {
    super(message);
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Not from our server, or no answer of a call.
  }
  if (response.ok) return value;
  const { message, field } = (value ?? {}) as { message?: unknown; field?: unknown };
  throw new ApiError(
    response.status,
    typeof message === 'string' ? message : `HTTP ${response.status}`,
    typeof field === 'string' ? field : '',
  );
}

export async function call<T>(name: string, request: object = {}): Promise<T> {
  const response = await fetch(`/api/v1/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Rhumb-Request': '1' },
    body: JSON.stringify(request),
  });
  return (await answerOf(response)) as T;
}

// Makes a change; what became of it, in words: `done`, or the fault.
export async function change(name: string, request: object, done: string): Promise<string> {
  try {
    const answer = await call<{ durable?: boolean }>(name, request);
    return answer.durable === false ? `${done}; the store does not work, so only until the next restart` : done;
  } catch (error) {
    return error instanceof Error ? error.message : 'no answer';
  }
}

export async function session(): Promise<Session> {
  return (await answerOf(await fetch('/api/v1/session', { cache: 'no-store' }))) as Session;
}

// protobuf JSON of rhumb.v1, as far as the page looks at it.
export interface LinkLoad {
  link: string;
  utilization: number;
}
export interface PlanOutcome {
  mlu: number;
  unroutedBps: number;
  busiest: LinkLoad[];
  loads: LinkLoad[];
}
export interface EvaluatePlanResponse {
  now: PlanOutcome;
  then: PlanOutcome;
  shortestPath: PlanOutcome;
  movedShare: number;
  topologyVersion: string;
}
export interface PathExplanation {
  links: string[];
  ratio: number;
  propagationDelay: string; // "0.012s"
  bottleneckLink: string;
  bottleneckUtilization: number;
}
export interface DemandExplanation {
  source: string;
  destination: string;
  rateBps: number;
  origin: string;
  paths: PathExplanation[];
  shortestPath?: PathExplanation;
  ecmpPaths: number;
  pinned: boolean;
  pinSuspended: boolean;
}
export interface ExplainDecisionResponse {
  demands: DemandExplanation[];
  policyNote: string;
}
export interface AuditRecord {
  at: string;
  who: string;
  action: string;
  detail: string;
}
