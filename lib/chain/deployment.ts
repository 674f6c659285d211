import { dirname, join } from "node:path";
import { type Deployment, readDeployment } from "@/lib/chain/addresses";
import { env } from "@/lib/env";

/** The contracts this installation runs on. */
export const deployment = (): Deployment => readDeployment(env.deploymentPath);

/** Beside it lies what the bank publishes of the network. */
export const networkPath = (): string => join(dirname(env.deploymentPath), "network.json");
