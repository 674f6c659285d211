import ts from "typescript-api";
import { describe, expect, it } from "vitest";
import { appSources, doors, exportedNames, isUseServer, parseSource } from "@/lib/auth/door-list";

/** Every way into the bank from outside goes through a wrapper, and nothing else is exported beside it. */
const sources = appSources();
const routes = sources.filter((name) => /(^|\/)route\.tsx?$/.test(name));
const actions = sources.filter((name) => /(^|\/)actions\.ts$/.test(name));

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
const segmentConfig = new Set(["dynamic", "runtime", "maxDuration", "revalidate"]);

/** `staffAction("x").metadata().action()` is rooted at staffAction, and its chain is metadata, action. */
function chainOf(node: ts.Expression): { root: string; chain: string[] } {
  const chain: string[] = [];
  let current = node;
  while (ts.isCallExpression(current) || ts.isPropertyAccessExpression(current)) {
    if (ts.isPropertyAccessExpression(current)) chain.unshift(current.name.text);
    current = current.expression;
  }
  return { root: current.getText(), chain };
}

function every<T extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node) => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** What is exported by name with a value; anything else exported has none. */
function valuesOf(source: ts.SourceFile): Map<string, ts.Expression | undefined> {
  const values = new Map<string, ts.Expression | undefined>(
    exportedNames(source).map((name) => [name, undefined]),
  );
  for (const statement of source.statements.filter(ts.isVariableStatement))
    for (const { name, initializer } of statement.declarationList.declarations)
      if (values.has(name.getText())) values.set(name.getText(), initializer);
  return values;
}

const saysUseServer = (source: ts.SourceFile) =>
  every(source, ts.isExpressionStatement).some(
    ({ expression }) => ts.isStringLiteral(expression) && expression.text === "use server",
  );

describe("the doors", () => {
  it("stand where they are looked for", () => {
    const count = (kind: string) => doors().filter((door) => door.kind === kind).length;
    expect(count("route")).toBeGreaterThan(8);
    expect(count("action")).toBeGreaterThan(12);
    expect(count("page")).toBeGreaterThan(20);
    expect(new Set(doors().map(({ id }) => id)).size).toBe(doors().length);
  });

  it.each(routes)("%s exports nothing but wrapped handlers", (path) => {
    for (const [name, value] of valuesOf(parseSource(path))) {
      if (segmentConfig.has(name)) continue;
      expect(methods.has(name), `${path} exports ${name}`).toBe(true);
      expect(value && chainOf(value).root, `${path} ${name}`).toBe("route");
    }
  });

  it.each(sources.filter((path) => saysUseServer(parseSource(path))))(
    "%s exports nothing but wrapped actions that parse all they are sent",
    (path) => {
      expect(path).toMatch(/(^|\/)actions\.ts$/);
      const source = parseSource(path);
      expect(isUseServer(source), `${path} is "use server" as a whole`).toBe(true);
      for (const [name, value] of valuesOf(source)) {
        expect(value, `${path} ${name}`).toBeDefined();
        const { root, chain } = chainOf(value as ts.Expression);
        expect(["publicAction", "customerAction", "staffAction"], `${path} ${name}`).toContain(root);
        expect(chain, `${path} ${name}`).toEqual(["metadata", "inputSchema", "action"]);
      }
      const shapes = every(source, ts.isPropertyAccessExpression).filter(
        ({ expression }) => expression.getText() === "z",
      );
      for (const { name } of shapes)
        expect(["object", "looseObject", "record", "any", "json", "map"], path).not.toContain(name.text);
    },
  );

  it("has an actions.ts for every use of actions and no other", () => {
    for (const path of actions) expect(saysUseServer(parseSource(path)), path).toBe(true);
  });

  it("keeps nobody in or out in proxy.ts: it knows of no session, actor or permission", () => {
    const imported = parseSource("proxy.ts")
      .statements.filter(ts.isImportDeclaration)
      .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);
    for (const from of imported) expect(from).not.toMatch(/session|permission|page|actor|next-auth|^@\/db/);
    const read = every(parseSource("proxy.ts"), ts.isPropertyAccessExpression).map(({ name }) => name.text);
    expect(read).not.toContain("cookies");
  });
});
