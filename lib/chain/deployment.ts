import { type Deployment, readDeployment } from "@/lib/chain/addresses";
import { env } from "@/lib/env";

/** The contracts this installation runs on. */
export const deployment = (): Deployment => readDeployment(env.deploymentPath);
