import type { StaffRole } from "@/lib/auth/actor";
import type { StateProfile } from "@/lib/state-profile/schema";
import type { WithholdingElection } from "@/lib/tax/input";

/** Ten people whom a fresh demo knows. None of them exists; tax numbers are of a range that was never issued. */
export type SeedResident = {
  slug: string;
  fullName: string;
  story: string;
  /** account of the installation's mnemonic that is this person's wallet */
  accountIndex: number;
  birthDate: string;
  taxNumber: string;
  street: string;
  city: string;
  zip: string;
  countyFips: string;
  election: Omit<WithholdingElection, "otherIncome"> & { otherIncome?: string };
};

export type SeedStaff = {
  slug: string;
  fullName: string;
  story: string;
  role: StaffRole;
  email: string;
  password: string;
};

/** Where the residents live: Maryland's default counties, elsewhere the state's first ones. */
function homes(profile: StateProfile) {
  if (profile.code === "MD") {
    return [
      { countyFips: "24031", city: "Rockville", zip: "20850" },
      { countyFips: "24510", city: "Baltimore", zip: "21201" },
      { countyFips: "24021", city: "Frederick", zip: "21701" },
      { countyFips: "24003", city: "Annapolis", zip: "21401" },
    ] as const;
  }
  const home = (index: number) => ({
    countyFips: profile.counties[index % profile.counties.length]?.fips ?? `${profile.fips}001`,
    city: profile.capital,
    zip: `${10_000 + Number(profile.fips) * 100 + index}`,
  });
  return [home(0), home(1), home(2), home(3)] as const;
}

export function seedResidents(profile: StateProfile): SeedResident[] {
  const [first, second, third, fourth] = homes(profile);
  return [
    {
      slug: "ada-whitcomb",
      fullName: "Ada Whitcomb",
      story: "Resident with a wallet: staked early, claims every month",
      accountIndex: 20,
      birthDate: "1979-04-12",
      taxNumber: "899-45-1001",
      street: "12 Mill Lane",
      ...first,
      election: { filingStatus: "single", election: "flat" },
    },
    {
      slug: "marcus-delgado",
      fullName: "Marcus Delgado",
      story: "Resident with a wallet: staked with an outside operator, took part of it back",
      accountIndex: 21,
      birthDate: "1988-11-30",
      taxNumber: "899-45-1002",
      street: "408 Calvert Street",
      ...second,
      election: { filingStatus: "married_joint", election: "flat", otherIncome: "64000" },
    },
    {
      slug: "ruth-okafor",
      fullName: "Ruth Okafor",
      story: "Novice: has just applied, waits for a clerk's decision",
      accountIndex: 22,
      birthDate: "1996-07-03",
      taxNumber: "899-45-1003",
      street: "77 Orchard Road",
      ...third,
      election: { filingStatus: "single", election: "flat" },
    },
    {
      slug: "walter-brandt",
      fullName: "Walter Brandt",
      story: "Pledger: converted dollars, declined withholding, turned some tokens back into dollars",
      accountIndex: 23,
      birthDate: "1961-01-25",
      taxNumber: "899-45-1004",
      street: "3 Harbor View",
      ...fourth,
      election: { filingStatus: "head_of_household", election: "none" },
    },
  ];
}

export const seedStaff: readonly SeedStaff[] = [
  {
    slug: "june-castell",
    fullName: "June Castell",
    story: "Clerk: decides identity applications",
    role: "clerk",
  },
  { slug: "peter-lindqvist", fullName: "Peter Lindqvist", story: "Clerk: the second person", role: "clerk" },
  {
    slug: "noor-rahimi",
    fullName: "Noor Rahimi",
    story: "Compliance officer: cases, holds, switches",
    role: "compliance",
  },
  {
    slug: "elena-varga",
    fullName: "Elena Varga",
    story: "Valuer: appraises what is in custody",
    role: "valuer",
  },
  {
    slug: "tom-ashby",
    fullName: "Tom Ashby",
    story: "Custodian: holds what the tokens stand for",
    role: "custodian",
  },
  {
    slug: "grace-whitlock",
    fullName: "Grace Whitlock",
    story: "Examiner: reads everything, changes nothing",
    role: "examiner",
  },
].map((person) => ({
  ...person,
  role: person.role as StaffRole,
  email: `${person.slug.replace("-", ".")}@granary.example`,
  password: `demo-${person.slug}`,
}));
