/** What is wrong, the spec, and what the answer of the API server must name. */
export type Refused = readonly [what: string, spec: object, ...words: RegExp[]];
