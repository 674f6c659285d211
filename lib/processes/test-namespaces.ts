import { execFileSync, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const run = (...args: string[]) => execFileSync("ip", args, { stdio: ["ignore", "pipe", "pipe"] });
const tried = (...args: string[]) => spawnSync("ip", args, { stdio: "ignore" }).status === 0;

/** Why this machine cannot give each process a network of its own; undefined: it can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  const name = `gprobe${randomInt(1e6)}`;
  const done = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (done.error) return "there is no ip(8)";
  if (done.status !== 0) return "no right to make network namespaces: run it as root";
  const linked = tried("link", "add", `${name}b`, "type", "bridge");
  if (linked) run("link", "del", `${name}b`);
  run("netns", "del", name);
  return linked ? undefined : "no right to make a bridge: run it as root";
}

/** One machine of several: a namespace with one cable into the bank's network. */
export interface Machine {
  name: string;
  address: string;
  /** pulls the cable, or puts it back */
  setCable(isIn: boolean): void;
  /** what it sends to an address is lost, while what comes from there still arrives */
  setMute(to: string, isMute: boolean): void;
  /** how to start a program there */
  inside(...command: string[]): [string, string[]];
}

export interface Network {
  /** two addresses of the bank's own side, so that one can be cut without the other */
  chainAddress: string;
  bankAddress: string;
  join(place: number): Machine;
  close(): void;
}

/** A bridge of its own on this machine; close() takes everything down again. */
export function openNetwork(): Network {
  const tag = `g${randomInt(0x10000, 0xfffff).toString(16)}`;
  const net = `10.${213 + randomInt(20)}.${randomInt(256)}`;
  const machines: string[] = [];
  run("link", "add", tag, "type", "bridge");
  run("addr", "add", `${net}.1/24`, "dev", tag);
  run("addr", "add", `${net}.2/24`, "dev", tag);
  run("link", "set", tag, "up");
  return {
    chainAddress: `${net}.1`,
    bankAddress: `${net}.2`,
    join(place) {
      const name = `${tag}n${place}`;
      const cable = `${tag}c${place}`;
      const address = `${net}.${10 + place}`;
      run("netns", "add", name);
      machines.push(name);
      run("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name);
      run("link", "set", cable, "master", tag, "up");
      for (const command of [
        ["addr", "add", `${address}/24`, "dev", "eth0"],
        ["link", "set", "eth0", "up"],
        ["link", "set", "lo", "up"],
      ])
        run("-n", name, ...command);
      return {
        name,
        address,
        setCable(isIn) {
          run("link", "set", cable, isIn ? "up" : "down");
        },
        setMute(to, isMute) {
          if (isMute) run("-n", name, "route", "replace", "blackhole", `${to}/32`);
          else tried("-n", name, "route", "del", "blackhole", `${to}/32`);
        },
        inside: (...command) => ["ip", ["netns", "exec", name, ...command]],
      };
    },
    close() {
      for (const name of machines) tried("netns", "del", name);
      tried("link", "del", tag);
    },
  };
}
