import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-api";

/** Every way into the bank from outside, read from the source: actions, route handlers, pages. */
export interface Door {
  kind: "action" | "route" | "page";
  /** how the table names it: `sendDollars`, `GET /api/config`, `/staff/approvals/[id]` */
  id: string;
  file: string;
  /** what the file exports */
  name: string;
}

export const appSources = (root = "."): string[] =>
  readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" })
    .map((name) => join("app", name))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .sort();

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

export const parseSource = (path: string, root = ".") =>
  ts.createSourceFile(
    path,
    readFileSync(join(root, path), "utf8"),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );

/** `app/staff/(desk)/approvals/[id]/page.tsx` is opened as `/staff/approvals/[id]`. */
export const addressOf = (file: string): string => {
  const parts = file.split("/").slice(1, -1);
  return `/${parts.filter((part) => !/^\(.*\)$/.test(part)).join("/")}`;
};

export function isUseServer(source: ts.SourceFile): boolean {
  const first = source.statements[0];
  return Boolean(
    first &&
      ts.isExpressionStatement(first) &&
      ts.isStringLiteral(first.expression) &&
      first.expression.text === "use server",
  );
}

/** The names a file exports as values. */
export function exportedNames(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return statement.isTypeOnly ? [] : [statement.getText()];
    if (ts.isExportAssignment(statement)) return ["default"];
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ["default"];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map((one) => one.name.getText());
    return ts.isFunctionDeclaration(statement) && statement.name ? [statement.name.text] : [];
  });
}

export function doors(root = "."): Door[] {
  return appSources(root).flatMap((file): Door[] => {
    const last = file.split("/").at(-1) ?? "";
    if (/^page\.tsx?$/.test(last)) return [{ kind: "page", id: addressOf(file), file, name: "default" }];
    const isRoute = /^route\.tsx?$/.test(last);
    const source = parseSource(file, root);
    if (!isRoute && !isUseServer(source)) return [];
    return exportedNames(source)
      .filter((name) => !isRoute || methods.has(name))
      .map((name) =>
        isRoute
          ? { kind: "route", id: `${name} ${addressOf(file)}`, file, name }
          : { kind: "action", id: name, file, name },
      );
  });
}

/** The first thing a page awaits, when that is who may see it: `customerPage` or `staffPage <permission>`. */
export function gateOf(file: string, root = "."): string | undefined {
  const source = parseSource(file, root);
  const page = source.statements.find(
    (one): one is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(one) &&
      Boolean(one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)),
  );
  for (const statement of page?.body?.statements ?? []) {
    const awaited =
      ts.isVariableStatement(statement) && statement.declarationList.declarations[0]?.initializer;
    if (!awaited || !ts.isAwaitExpression(awaited)) return undefined;
    const call = awaited.expression;
    if (!ts.isCallExpression(call)) continue;
    const name = call.expression.getText();
    if (name === "customerPage") return name;
    const [permission] = call.arguments;
    if (name === "staffPage" && permission && ts.isStringLiteral(permission))
      return `staffPage ${permission.text}`;
    return undefined;
  }
  return undefined;
}
