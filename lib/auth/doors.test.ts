import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-api";
import { describe, expect, it } from "vitest";

/** Every way into the bank from outside goes through a wrapper, and nothing else is exported beside it. */
const files = readdirSync("app", { recursive: true, encoding: "utf8" }).map((name) => join("app", name));
const routes = files.filter((name) => /(^|\/)route\.tsx?$/.test(name));
const sources = files.filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
const segmentConfig = new Set(["dynamic", "runtime", "maxDuration", "revalidate"]);

const parse = (path: string) =>
  ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);

/** The name at the root of a chain of calls: `staffAction("x").metadata().action()` is rooted at staffAction. */
function rootOf(node: ts.Expression): string {
  let current = node;
  while (ts.isCallExpression(current) || ts.isPropertyAccessExpression(current)) current = current.expression;
  return ts.isIdentifier(current) ? current.text : current.getText();
}

function chainOf(node: ts.Expression): string[] {
  const names: string[] = [];
  let current = node;
  while (ts.isCallExpression(current) || ts.isPropertyAccessExpression(current)) {
    if (ts.isPropertyAccessExpression(current)) names.unshift(current.name.text);
    current = current.expression;
  }
  return names;
}

interface Export {
  name: string;
  value: ts.Expression | undefined;
}

function exportsOf(source: ts.SourceFile): Export[] {
  const found: Export[] = [];
  for (const statement of source.statements) {
    if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement)) continue;
    if (ts.isExportDeclaration(statement)) {
      if (!statement.isTypeOnly) found.push({ name: statement.getText(), value: undefined });
      continue;
    }
    if (ts.isExportAssignment(statement)) {
      found.push({ name: "default", value: statement.expression });
      continue;
    }
    const exported = ts.canHaveModifiers(statement)
      ? ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
      : false;
    if (!exported) continue;
    if (ts.isVariableStatement(statement))
      for (const one of statement.declarationList.declarations)
        found.push({ name: one.name.getText(), value: one.initializer });
    else found.push({ name: statement.getText().slice(0, 60), value: undefined });
  }
  return found;
}

const hasUseServer = (node: ts.Node): boolean => {
  let found = false;
  const visit = (child: ts.Node) => {
    if (
      ts.isExpressionStatement(child) &&
      ts.isStringLiteral(child.expression) &&
      child.expression.text === "use server"
    )
      found = true;
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
};

describe("the doors", () => {
  it("stand where they are looked for", () => {
    expect(routes.length).toBeGreaterThan(5);
  });

  it.each(routes)("%s exports nothing but wrapped handlers", (path) => {
    for (const { name, value } of exportsOf(parse(path))) {
      if (segmentConfig.has(name)) continue;
      expect(methods.has(name), `${path} exports ${name}`).toBe(true);
      expect(value && rootOf(value), `${path} ${name}`).toBe("route");
    }
  });

  it.each(sources.filter((path) => hasUseServer(parse(path))))(
    "%s exports nothing but wrapped actions",
    (path) => {
      expect(path).toMatch(/(^|\/)actions\.ts$/);
      const source = parse(path);
      const first = source.statements[0];
      expect(
        first &&
          ts.isExpressionStatement(first) &&
          ts.isStringLiteral(first.expression) &&
          first.expression.text,
        `${path} is "use server" as a whole`,
      ).toBe("use server");
      for (const { name, value } of exportsOf(source)) {
        expect(value, `${path} ${name}`).toBeDefined();
        const root = rootOf(value as ts.Expression);
        expect(["publicAction", "customerAction", "staffAction"], `${path} ${name}`).toContain(root);
        const chain = chainOf(value as ts.Expression);
        if (/\b(parsedInput|clientInput)\b/.test((value as ts.Expression).getText()))
          expect(chain, `${path} ${name} parses its input`).toContain("inputSchema");
        expect(chain[0], `${path} ${name} is named`).toBe("metadata");
      }
    },
  );

  it("has an actions.ts for every use of actions and no other", () => {
    for (const path of sources.filter((name) => /(^|\/)actions\.ts$/.test(name)))
      expect(hasUseServer(parse(path)), path).toBe(true);
  });
});
