import { createServer, type Server } from "node:net";

/** Preferred ports: what people expect to type first, then a block of our own. */
export const preferredPorts = {
  app: 3000,
  chain: 8545,
  postgres: 54320,
  signer: 4100,
  worker: 4101,
  "validator-1": 4111,
  "validator-2": 4112,
  "validator-3": 4113,
  "validator-4": 4114,
  "validator-5": 4115,
  custodian: 4121,
  valuer: 4122,
  "data-client": 4123,
  insider: 4124,
} as const;

export type PortName = keyof typeof preferredPorts;
export type Ports = Record<PortName, number>;
export type ValidatorName = Extract<PortName, `validator-${number}`>;

export const validatorNames = Object.keys(preferredPorts).filter((name): name is ValidatorName =>
  name.startsWith("validator-"),
);
export const operatorIdOf = (name: ValidatorName): number => Number(name.slice("validator-".length));

export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

export function anyFree(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The ports of last time where they are free, else the preferred ones, else any. */
export async function choosePorts(last: Partial<Ports> = {}, fixed: Partial<Ports> = {}): Promise<Ports> {
  const taken = new Set<number>(Object.values(fixed));
  const chosen: Partial<Ports> = { ...fixed };
  for (const name of Object.keys(preferredPorts) as PortName[]) {
    if (chosen[name] !== undefined) continue;
    for (const port of [last[name], preferredPorts[name]]) {
      if (port !== undefined && !taken.has(port) && (await isFree(port))) {
        chosen[name] = port;
        break;
      }
    }
    while (chosen[name] === undefined) {
      const port = await anyFree();
      if (!taken.has(port)) chosen[name] = port;
    }
    taken.add(chosen[name]);
  }
  return chosen as Ports;
}

/**
 * Keeps chosen ports from other programs until our own process takes its one: a first start may need it only
 * minutes after it was chosen.
 */
export class HeldPorts {
  private readonly held = new Map<number, Server>();

  /** False when one of them was taken meanwhile; then none is held. */
  async hold(ports: Ports): Promise<boolean> {
    for (const port of Object.values(ports)) {
      const server = await listenOn(port);
      if (!server) {
        await Promise.all(Object.values(ports).map((one) => this.release(one)));
        return false;
      }
      this.held.set(port, server);
    }
    return true;
  }

  release(port: number): Promise<void> {
    const server = this.held.get(port);
    this.held.delete(port);
    return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });
}
