/** Holds what the service answers against the document that it serves. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIObject, OperationObject, ResponseObject } from 'openapi3-ts/oas31';
import type { Reply, Service } from './service.ts';

/** Headers of HTTP and of the connection, which every reply may have. */
const ANY_HEADER =
  /^(?:date|connection|keep-alive|transfer-encoding|content-(?:type|length|security-policy)|vary|x-content-type-options|referrer-policy|access-control-.*)$/;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const ID = 'https://memo.example/openapi.json';

/** An operation with one of its statuses: `readMemo 404`. */
type Answer = string;

export class Conformance {
  readonly document: OpenAPIObject;
  readonly #ajv = new Ajv2020({ strict: false });
  readonly #schemas = new Map<string, ValidateFunction>();
  readonly #seen = new Set<Answer>();

  constructor(document: OpenAPIObject) {
    this.document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...document, $id: ID });
  }

  /** The document that this service serves. */
  static async of(service: Service): Promise<Conformance> {
    return new Conformance((await service.call('GET', '/openapi.json')).json as OpenAPIObject);
  }

  /** Sends a request and checks its reply. @throws Error saying where the reply is not as documented */
  async call(service: Service, method: string, path: string, ...more: Sent): Promise<Reply> {
    const reply = await service.call(method, path, ...more);
    this.check(method, path, reply);
    return reply;
  }

  /** @throws Error saying where the reply is not as documented */
  check(method: string, target: string, { headers, json, status, text }: Reply): void {
    const [template, operation] = this.#operation(method, target);
    const { operationId = '', responses = {} } = operation;
    const answer = `${operationId} ${status}`;
    const response = (responses as Record<string, ResponseObject | undefined>)[String(status)];
    if (response === undefined) throw new Error(`${answer} is not documented: ${text}`);
    this.#seen.add(answer);
    for (const name of headers.keys()) {
      if (ANY_HEADER.test(name)) continue;
      const known = Object.keys(response.headers ?? {}).some((documented) => documented.toLowerCase() === name);
      if (!known) throw new Error(`${answer}: the header ${name} is not documented`);
    }
    if (response.content === undefined) {
      if (text !== '') throw new Error(`${answer} has a body: ${text}`);
      return;
    }
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (!(type in response.content)) throw new Error(`${answer}: ${type} is not documented`);
    if (json === undefined) return;
    const where = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const validate = this.#schema(where);
    if (!validate(json)) throw new Error(`${answer}: ${this.#ajv.errorsText(validate.errors)} in ${text}`);
  }

  /** What is documented and was never answered here. */
  unseen(): Answer[] {
    const documented = Object.values(this.document.paths ?? {}).flatMap((item) =>
      METHODS.flatMap((method) => {
        const { operationId = '', responses = {} } = item[method] ?? {};
        return Object.keys(responses as object).map((status) => `${operationId} ${status}`);
      }),
    );
    return documented.filter((answer) => !this.#seen.has(answer));
  }

  #operation(method: string, target: string): [template: string, operation: OperationObject] {
    const path = target.replace(/\?.*$/s, '');
    const paths = Object.entries(this.document.paths ?? {});
    // A path without parameters comes before one with them, as OpenAPI has it.
    const found =
      paths.find(([template]) => template === path) ??
      paths.find(([template]) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
    const operation = found?.[1][method.toLowerCase() as 'get'];
    if (found === undefined || operation === undefined) throw new Error(`${method} ${path} is not documented`);
    return [found[0], operation];
  }

  #schema(where: readonly string[]): ValidateFunction {
    const pointer = where.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const known = this.#schemas.get(pointer);
    if (known !== undefined) return known;
    const validate = this.#ajv.compile({ $ref: `${ID}#/${pointer}` });
    this.#schemas.set(pointer, validate);
    return validate;
  }
}

type Sent = [body?: unknown, headers?: Record<string, string>];
