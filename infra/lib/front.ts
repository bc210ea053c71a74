import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Catalogue, Endpoint } from './catalogue.ts';

/** What stands in front of the endpoints, and so who says who calls. */
export type Front = UrlFront | ApiFront;

/** Each endpoint has a URL of its own, and IAM knows the caller; or nobody does. */
export interface UrlFront {
  readonly kind: 'url';
  readonly auth: FunctionUrlAuthType;
}

/** One HTTP API, which validates the tokens of customers; what is for staff is signed. */
export interface ApiFront {
  readonly kind: 'http-api';
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The endpoints for customers that need no token. Whoever calls them is a guest. */
  readonly open: readonly string[];
  /** Requests a second that the API takes on the whole, and how many at once. */
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** How context values are read (`options.ts`). */
export interface Reads {
  text(name: string): string | undefined;
  whole(name: string, least: number, most: number): number | undefined;
}

const OF_AN_API = ['issuer', 'audience', 'openRoutes', 'apiRate', 'apiBurst'] as const;

export function readFront({ text, whole }: Reads): Front {
  const kind = text('front') ?? 'url';
  if (kind !== 'url' && kind !== 'http-api') throw new Error(`-c front=${kind}: expected url or http-api`);
  const auth = text('functionUrlAuth');
  if (auth !== undefined && auth !== FunctionUrlAuthType.AWS_IAM && auth !== FunctionUrlAuthType.NONE) {
    throw new Error(`-c functionUrlAuth=${auth}: expected AWS_IAM or NONE`);
  }
  if (kind === 'url') {
    const idle = OF_AN_API.find((name) => text(name) !== undefined);
    if (idle) throw new Error(`-c ${idle}: is for -c front=http-api`);
    return { kind, auth: auth ?? FunctionUrlAuthType.AWS_IAM };
  }
  if (auth !== undefined) throw new Error('-c functionUrlAuth: there are no Function URLs with -c front=http-api');
  return {
    kind,
    issuer: readIssuer(text('issuer')),
    audience: list(text('audience'), 'audience'),
    open: text('openRoutes') === undefined ? [] : list(text('openRoutes'), 'openRoutes'),
    ratePerSecond: whole('apiRate', 1, 100_000) ?? 1_000,
    burst: whole('apiBurst', 1, 100_000) ?? 2_000,
  };
}

/** API Gateway looks for the keys at `<issuer>/.well-known/openid-configuration`, over HTTPS (AWS: API Gateway, JWT authorizers for HTTP APIs). */
function readIssuer(issuer = ''): string {
  if (!/^https:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~-]+)*\/?$/.test(issuer)) {
    throw new Error(`-c issuer=${issuer}: expected the "iss" of the tokens to the letter, an https URL (https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example)`);
  }
  return issuer;
}

function list(text = '', name: string): string[] {
  const found = text.split(',').map((one) => one.trim()).filter((one) => one !== '');
  if (found.length === 0) throw new Error(`-c ${name}=${text}: expected one or more, with commas between them`);
  return found;
}

/** Whether nobody is named as the caller of this endpoint. What is for staff is never open. */
export function isOpen(front: Front, endpoint: Endpoint): boolean {
  if (endpoint.callers === 'staff') return false;
  return front.kind === 'url' ? front.auth === FunctionUrlAuthType.NONE : front.open.includes(endpoint.name);
}

/** What the function is told of its front (`shared/aws/src/http/front.rs`). A system for tests says nothing: its tests invoke functions themselves. */
export function told(front: Front, endpoint: Endpoint, named: boolean): Record<string, string> {
  const open = isOpen(front, endpoint);
  if (front.kind === 'url') return { FRONT: open ? 'open-url' : 'signed-url', ...(named && { INVOCATION: 'named' }) };
  return open ? { FRONT: 'open-http-api' } : { FRONT: 'http-api', JWT_ISSUER: front.issuer };
}

/** What can be said of the front only together with the catalogue. */
export function checkFront(front: Front, { publishers, queries }: Catalogue): void {
  if (front.kind === 'url') return;
  const endpoints = [...publishers, ...queries];
  for (const name of front.open) {
    const found = endpoints.find((endpoint) => endpoint.name === name);
    if (!found) throw new Error(`-c openRoutes: there is no endpoint ${name}; there are ${endpoints.map((one) => one.name).join(', ')}`);
    if (found.callers === 'staff') throw new Error(`-c openRoutes: ${name} is for staff, and never open to everybody`);
  }
  // After 30 seconds an HTTP API answers 503, whatever the function does (AWS: API Gateway, quotas for HTTP APIs).
  const slow = endpoints.find(({ timeoutSeconds }) => timeoutSeconds > 30);
  if (slow) throw new Error(`-c front=http-api: ${slow.name} may take ${slow.timeoutSeconds} seconds, and an HTTP API waits for 30`);
}

/** What whoever deploys is told when the system is open to everybody. */
export function warning(front: Front): string | undefined {
  if (front.kind === 'url') {
    return front.auth === FunctionUrlAuthType.NONE
      ? 'functionUrlAuth=NONE is for a demonstration: everybody may call what is for customers, and every caller is a guest.'
      : undefined;
  }
  return front.open.length > 0 ? `openRoutes: everybody may call ${front.open.join(', ')}, and every caller there is a guest.` : undefined;
}

/** The origins' headers: those that endpoints read, and those of a signed request or of one with a token. */
export const CORS_HEADERS = [
  'content-type',
  'idempotency-key',
  'order-secret',
  'traceparent',
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
];
