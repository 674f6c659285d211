import type { AttestorAnswer, Attestors } from "@/lib/vendors/attestors/contract";

/** Validators that answer what a test tells them to. */
export const fakeAttestors = (answer: (epoch: bigint) => AttestorAnswer[]): Attestors => ({
  ask: async (epoch) => answer(epoch),
});
