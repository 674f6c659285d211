import type { Browser } from "@playwright/test";
import { approveApplication, refuseApplication, signInStaff } from "../staff/desk";
import type { Person } from "./resident";

const clerk = "june-castell";

/** A clerk at another machine looks at the application and says yes. */
export async function approveIdentity(browser: Browser, person: Person) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await signInStaff(page, clerk);
  await approveApplication(page, person.fullName);
  await context.close();
}

export async function refuseIdentity(browser: Browser, person: Person, reason: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await signInStaff(page, clerk);
  await refuseApplication(page, person.fullName, reason);
  await context.close();
}
