/** Everything that a request can be refused for: one table, from which both shapes of an error reply are made. */

/** Languages of the messages. */
export type Language = 'en' | 'ko';

interface Entry {
  readonly status: number;
  readonly title: string;
  readonly detail: Readonly<Record<Language, string>>;
}

/** Status and messages by code. A detail says what to do, and never holds SQL, a stack or a host name. */
export const PROBLEMS = {
  'nothing-to-change': {
    status: 400,
    title: 'Nothing to change',
    detail: {
      en: 'No field of a memo was sent: send at least one field to change.',
      ko: '변경할 필드가 없습니다. 필드를 하나 이상 보내 주세요.',
    },
  },
  'not-utf8': {
    status: 400,
    title: 'Body is not UTF-8',
    detail: {
      en: 'The body is not valid UTF-8: encode it as UTF-8.',
      ko: '본문이 올바른 UTF-8이 아닙니다. UTF-8로 인코딩해 주세요.',
    },
  },
  'bad-request': {
    status: 400,
    title: 'Bad request',
    detail: {
      en: 'The request is not valid HTTP: check what the client or a proxy sends.',
      ko: '올바른 HTTP 요청이 아닙니다. 클라이언트나 프록시가 보내는 내용을 확인해 주세요.',
    },
  },
  'idempotency-key-malformed': {
    status: 400,
    title: 'Idempotency-Key is malformed',
    detail: {
      en: 'The Idempotency-Key must be one text of 1 to 255 printable ASCII characters: send a new UUID for each memo.',
      ko: 'Idempotency-Key는 출력 가능한 ASCII 문자 1~255자여야 합니다. 메모마다 새 UUID를 보내 주세요.',
    },
  },
  unauthorized: {
    status: 401,
    title: 'Token required',
    detail: {
      en: 'The memos are for those who show a token: send Authorization: Bearer with an access token.',
      ko: '인증이 필요합니다. Authorization: Bearer 헤더에 액세스 토큰을 보내 주세요.',
    },
  },
  'invalid-token': {
    status: 401,
    title: 'Token not valid',
    detail: {
      en: 'The access token is not valid here, or no longer: get a new one and send the request again.',
      ko: '액세스 토큰이 올바르지 않거나 만료되었습니다. 새 토큰을 받아 다시 보내 주세요.',
    },
  },
  forbidden: {
    status: 403,
    title: 'Role too low',
    detail: {
      en: 'The role in the access token does not allow this: ask for a role that does.',
      ko: '토큰의 역할로는 이 작업을 할 수 없습니다. 필요한 역할을 요청해 주세요.',
    },
  },
  'memo-not-found': {
    status: 404,
    title: 'Memo not found',
    detail: {
      en: 'There is no memo with this id: list or search the memos to find its id.',
      ko: '메모를 찾을 수 없습니다. 목록이나 검색에서 id를 확인해 주세요.',
    },
  },
  'not-in-trash': {
    status: 404,
    title: 'Not in the trash',
    detail: {
      en: 'There is no memo with this id in the trash: list /v1/memos/trash/ to see what can be restored.',
      ko: '휴지통에 이 id의 메모가 없습니다. /v1/memos/trash/ 에서 복원할 수 있는 메모를 확인해 주세요.',
    },
  },
  'path-not-found': {
    status: 404,
    title: 'Path not found',
    detail: {
      en: 'There is nothing at this path: the memos are at /v1/memos/.',
      ko: '존재하지 않는 경로입니다. 메모는 /v1/memos/ 에 있습니다.',
    },
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    detail: {
      en: 'This path does not take this method: use one of those in the Allow header.',
      ko: '이 경로에서 지원하지 않는 메서드입니다. Allow 헤더의 메서드를 사용해 주세요.',
    },
  },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    detail: {
      en: 'The request did not arrive in time: send it again.',
      ko: '요청이 제시간에 도착하지 않았습니다. 다시 보내 주세요.',
    },
  },
  'idempotency-in-progress': {
    status: 409,
    title: 'Request is still running',
    detail: {
      en: 'The first request with this Idempotency-Key has not ended yet: send the same again in a moment.',
      ko: '같은 Idempotency-Key의 첫 요청이 아직 처리 중입니다. 잠시 후 같은 요청을 다시 보내 주세요.',
    },
  },
  'version-mismatch': {
    status: 412,
    title: 'Memo was changed',
    detail: {
      en: 'The memo was changed in the meantime: read it again, then send the change with its new ETag.',
      ko: '그동안 메모가 변경되었습니다. 다시 읽은 뒤 새 ETag로 변경을 보내 주세요.',
    },
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    detail: { en: 'The body is too large: send a smaller one.', ko: '본문이 너무 큽니다. 더 작게 보내 주세요.' },
  },
  'content-too-large': {
    status: 413,
    title: 'Content too large',
    detail: {
      en: 'The content of the memo is too long: shorten it or split it into several memos.',
      ko: '메모 내용이 너무 깁니다. 줄이거나 여러 메모로 나누어 주세요.',
    },
  },
  'not-json': {
    status: 415,
    title: 'Unsupported media type',
    detail: {
      en: 'The body must be uncompressed JSON: send it with Content-Type: application/json.',
      ko: '본문은 압축하지 않은 JSON이어야 합니다. Content-Type: application/json 으로 보내 주세요.',
    },
  },
  'not-ndjson': {
    status: 415,
    title: 'Unsupported media type',
    detail: {
      en: 'The body must be uncompressed NDJSON, one memo a line: send it with Content-Type: application/x-ndjson.',
      ko: '본문은 한 줄에 메모 하나인 압축하지 않은 NDJSON이어야 합니다. Content-Type: application/x-ndjson 으로 보내 주세요.',
    },
  },
  'too-many-faults': {
    status: 400,
    title: 'Too many faulty lines',
    detail: {
      en: 'Too many lines are faulty: correct them, then go on with the line that is named.',
      ko: '잘못된 줄이 너무 많습니다. 고친 뒤 표시된 줄부터 다시 보내 주세요.',
    },
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation failed',
    detail: {
      en: 'The Expect header asks for what is not done here: leave it out, or send 100-continue.',
      ko: '지원하지 않는 Expect 헤더입니다. 빼거나 100-continue를 보내 주세요.',
    },
  },
  invalid: {
    status: 422,
    title: 'Invalid request',
    detail: {
      en: 'The request has faults: correct what "errors" lists.',
      ko: '요청에 잘못된 값이 있습니다. "errors"에 표시된 항목을 고쳐 주세요.',
    },
  },
  'quota-exceeded': {
    status: 429,
    title: 'Too many requests',
    detail: {
      en: 'There were too many requests: send the next one after the seconds that Retry-After says.',
      ko: '요청이 너무 많습니다. Retry-After 헤더의 시간(초)이 지난 뒤 다시 보내 주세요.',
    },
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    detail: {
      en: 'The headers are too large or too many: send fewer or shorter ones, cookies for instance.',
      ko: '헤더가 너무 크거나 많습니다. 쿠키 등 헤더를 줄여 주세요.',
    },
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: {
      en: 'Something went wrong on our side: try again, and report the X-Request-Id if it stays.',
      ko: '서버 내부 오류입니다. 다시 시도해 주시고, 계속되면 X-Request-Id를 알려 주세요.',
    },
  },
  'import-interrupted': {
    status: 503,
    title: 'Import interrupted',
    detail: {
      en: 'The import was interrupted on our side: go on with the line that is named.',
      ko: '서버 사정으로 가져오기가 중단되었습니다. 표시된 줄부터 다시 보내 주세요.',
    },
  },
  'too-many-streams': {
    status: 503,
    title: 'Too many streams',
    detail: {
      en: 'Too many clients follow the changes here: try again in a few seconds.',
      ko: '변경 사항을 구독하는 클라이언트가 너무 많습니다. 잠시 후 다시 시도해 주세요.',
    },
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    detail: {
      en: 'The memos cannot be reached for the moment: try again in a few seconds.',
      ko: '일시적으로 메모를 처리할 수 없습니다. 잠시 후 다시 시도해 주세요.',
    },
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Where a fault is: `['body', 'tags', 3]`, `['query', 'limit']`, `['path', 'memo_id']`. */
export type FaultLocation = readonly [place: 'body' | 'query' | 'path', ...path: (string | number)[]];

/** What is wrong at one place of the request. Codes are those of FastAPI, which clients of the original may look at. */
export type Fault =
  | { readonly loc: FaultLocation; readonly code: PlainFaultCode }
  | { readonly loc: FaultLocation; readonly code: BoundFaultCode; readonly bound: number };

export type PlainFaultCode =
  | 'missing'
  | 'json_invalid'
  | 'model_attributes_type'
  | 'string_type'
  | 'string_unicode'
  | 'string_nul'
  | 'int_type'
  | 'int_parsing'
  | 'int_from_float'
  | 'bool_parsing'
  | 'bool_type'
  | 'datetime_parsing'
  | 'list_type'
  | 'sort_unknown'
  | 'cursor_invalid'
  | 'idempotency_key_reused';

export type BoundFaultCode =
  'string_too_short' | 'string_too_long' | 'too_long' | 'greater_than_equal' | 'less_than_equal';

type Message = (bound: number) => Readonly<Record<Language, string>>;

const FAULT_MESSAGES: Readonly<Record<PlainFaultCode | BoundFaultCode, Message>> = {
  missing: () => ({ en: 'Field required', ko: '필수 항목입니다' }),
  json_invalid: () => ({ en: 'Body must be valid JSON', ko: '본문은 올바른 JSON이어야 합니다' }),
  model_attributes_type: () => ({ en: 'Body must be a JSON object', ko: '본문은 JSON 객체여야 합니다' }),
  string_type: () => ({ en: 'Input should be a valid string', ko: '문자열이어야 합니다' }),
  string_unicode: () => ({
    en: 'Input should be valid Unicode, without lone surrogates',
    ko: '올바른 유니코드 문자열이어야 합니다(짝이 없는 서로게이트 불가)',
  }),
  string_nul: () => ({ en: 'Input should not hold the NUL character', ko: 'NUL 문자를 포함할 수 없습니다' }),
  int_type: () => ({ en: 'Input should be a valid integer', ko: '정수여야 합니다' }),
  int_parsing: () => ({
    en: 'Input should be a valid integer, unable to parse string as an integer',
    ko: '정수로 읽을 수 없습니다. 정수를 보내 주세요',
  }),
  int_from_float: () => ({
    en: 'Input should be a valid integer, got a number with a fractional part',
    ko: '소수 부분이 없는 정수여야 합니다',
  }),
  bool_parsing: () => ({
    en: 'Input should be a valid boolean, unable to interpret input',
    ko: 'true 또는 false로 읽을 수 없습니다',
  }),
  bool_type: () => ({ en: 'Input should be a valid boolean', ko: 'true 또는 false여야 합니다' }),
  datetime_parsing: () => ({
    en: 'Input should be a time as RFC 3339 writes it, such as 2024-01-01T00:00:00Z',
    ko: '2024-01-01T00:00:00Z 와 같은 RFC 3339 형식의 시각이어야 합니다',
  }),
  list_type: () => ({ en: 'Input should be a valid list', ko: '배열이어야 합니다' }),
  sort_unknown: () => ({
    en: 'Input should be some of id, created_at, updated_at, priority and title, each once, with - before it for descending',
    ko: 'id, created_at, updated_at, priority, title 가운데 하나 이상이어야 하며, 내림차순은 앞에 -를 붙입니다',
  }),
  cursor_invalid: () => ({
    en: 'Input should be the cursor of a Link header, with the filters and the sort that it was given for',
    ko: 'Link 헤더에서 받은 커서를 같은 필터와 정렬로 보내 주세요',
  }),
  idempotency_key_reused: () => ({
    en: 'This Idempotency-Key was sent before with another body: send a new key with a new memo',
    ko: '이 Idempotency-Key는 다른 본문에 이미 사용되었습니다. 새 메모에는 새 키를 보내 주세요',
  }),
  string_too_short: (bound) => ({
    en: `String should have at least ${bound} character${bound === 1 ? '' : 's'}`,
    ko: `${bound}자 이상이어야 합니다`,
  }),
  string_too_long: (bound) => ({
    en: `String should have at most ${bound} characters`,
    ko: `${bound}자 이하여야 합니다`,
  }),
  too_long: (bound) => ({ en: `List should have at most ${bound} items`, ko: `${bound}개 이하여야 합니다` }),
  greater_than_equal: (bound) => ({
    en: `Input should be greater than or equal to ${bound}`,
    ko: `${bound} 이상이어야 합니다`,
  }),
  less_than_equal: (bound) => ({
    en: `Input should be less than or equal to ${bound}`,
    ko: `${bound} 이하여야 합니다`,
  }),
};

/** The message of a fault. */
export function faultMessage(fault: Fault, language: Language): string {
  return FAULT_MESSAGES[fault.code]('bound' in fault ? fault.bound : 0)[language];
}

/** A request is refused. Thrown anywhere below a route, answered in one place. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];
  /** Headers that belong to the refusal: `Allow`, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, extra: { faults?: readonly Fault[]; headers?: Record<string, string> } = {}) {
    super(PROBLEMS[code].title);
    this.name = 'Problem';
    this.code = code;
    this.faults = extra.faults ?? [];
    this.headers = extra.headers ?? {};
  }
}

/** 422 with these faults. */
export function invalid(...faults: readonly Fault[]): Problem {
  return new Problem('invalid', { faults });
}
