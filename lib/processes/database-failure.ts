/** One sentence for why the database cannot be used, from an error of the driver or of a migration. */
export function databaseFailure(error: Error & { code?: string }): string {
  switch (error.code) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ETIMEDOUT":
    case "EAI_AGAIN":
      return "The database behind DATABASE_URL does not answer: check host and port, or unset it for an embedded one.";
    case "28P01":
    case "28000":
      return "The database refuses the user or password of DATABASE_URL.";
    case "3D000":
      return "The database named in DATABASE_URL does not exist: create it first.";
    case "42501":
      return "The user of DATABASE_URL may not create schemas and roles there: make it the database's owner with CREATEROLE.";
    case "53100":
      return "The database's disk is full.";
    default:
      return /timeout/i.test(error.message)
        ? "The database behind DATABASE_URL does not answer in time."
        : error.message;
  }
}
