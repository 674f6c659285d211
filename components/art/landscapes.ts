/** What stands on the horizon behind the granary, by the state's name: its land, not its emblem. */
export type Land =
  | "bay"
  | "coast"
  | "lakes"
  | "plains"
  | "hills"
  | "mountains"
  | "desert"
  | "river"
  | "islands"
  | "capital";

const lands: Record<Land, readonly string[]> = {
  bay: ["Maryland", "Delaware", "Virginia", "Rhode Island"],
  coast: [
    "California",
    "Connecticut",
    "Florida",
    "Georgia",
    "Maine",
    "Massachusetts",
    "New Jersey",
    "North Carolina",
    "Oregon",
    "South Carolina",
  ],
  lakes: ["Michigan", "Minnesota", "New York", "Ohio", "Wisconsin"],
  plains: [
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Nebraska",
    "North Dakota",
    "Oklahoma",
    "South Dakota",
    "Texas",
  ],
  hills: ["Arkansas", "Kentucky", "New Hampshire", "Pennsylvania", "Tennessee", "Vermont", "West Virginia"],
  mountains: ["Alaska", "Colorado", "Idaho", "Montana", "Washington", "Wyoming"],
  desert: ["Arizona", "Nevada", "New Mexico", "Utah"],
  river: ["Alabama", "Louisiana", "Mississippi", "Missouri"],
  islands: ["Hawaii"],
  capital: ["District of Columbia"],
};

const landByName = new Map(
  (Object.entries(lands) as [Land, readonly string[]][]).flatMap(([land, names]) =>
    names.map((name) => [name, land] as const),
  ),
);

export function landOf(stateName: string): Land {
  return landByName.get(stateName) ?? "hills";
}
